/** Sending files: the attempt of `sendfile()`, for both drivers. */

import { errno as E, type ErrorNumbers } from "../../constants/lookup.ts";
import { SOCK_STREAM } from "../../constants/mod.ts";
import { fromCaller, rangeError, typeError } from "../../constants/stack.ts";
import { bytes, describe, integer } from "../../errors/arguments.ts";
import {
  EAGAIN,
  EINTR,
  EWOULDBLOCK,
  OSError,
  osError,
} from "../../errors/errors.ts";
import { errno, libc, system } from "../../ffi/libc.ts";
import { cstring, strerror } from "../../ffi/memory.ts";
import {
  kernelSendfile,
  openFile,
  type Sendfile,
} from "../../ffi/descriptor.ts";
import { type Attempt, type Handle, Pending } from "./attempt.ts";
import { ensureNonBlocking } from "./connection.ts";
import { MAX_STEP, send } from "./transfer.ts";

/**
 * A file that is read by its own methods: `Deno.FsFile`, or an object in memory.
 * @category Files
 */
export interface ReadableFile {
  /** Reads bytes into a buffer; returns how many, `null` at the end. */
  readSync(p: Uint8Array): number | null;
  /** Moves the position in bytes, and returns the new one; `whence` is a `Deno.SeekMode`. */
  seekSync(offset: number, whence: number): number;
}

/**
 * What `sendfile()` takes: a path, a descriptor, an object with one, or a `Deno.FsFile`.
 * @category Files
 */
export type FileToSend =
  | string
  | URL
  | number
  | { readonly fd: number }
  | ReadableFile;

/** A file being sent. */
export interface FileTransfer extends Disposable {
  /** Sends until the end; called again after a `Pending`, it continues where it stopped. */
  attempt(handle: Handle): Attempt<number>;
}

/** The most bytes that the kernel sends in one call. */
const MAX_SENDFILE = 0x7ffff000;

const wait = new Pending("write", "sendfile");
const more = new Pending("write", "sendfile", { yielded: true });

/**
 * The errors with which the kernel refuses to send a file that can still be copied: it is a pipe or
 * a device, or the socket's protocol does not support `sendfile`.
 */
const refusals: ReadonlySet<number> = new Set([
  E.EINVAL,
  E.ENOSYS,
  E.ENOTSUP,
  E.EOPNOTSUPP,
  E.ESPIPE,
]);

/**
 * Prepares sending a file. The caller must dispose of the result, whether sending succeeds or
 * fails: that sets the file's position to just after the bytes sent, and closes a file opened here.
 *
 * @param handle the socket's handle
 * @param timeout the socket's timeout in seconds; 0 is rejected
 * @param file what to send
 * @param offset where in the file to start, in bytes
 * @param count how many bytes at most, `null` for all
 * @param stepwise whether an attempt yields after each part so that its driver can check the
 * deadline
 * @throws {TypeError} if `file` is none of the kinds in {@linkcode FileToSend}
 * @throws {RangeError} if the socket is not of type `SOCK_STREAM`, or a number is out of bounds
 */
export function fileTransfer(
  handle: Handle,
  timeout: number | null,
  file: unknown,
  offset: number,
  count: number | null,
  stepwise = false,
): FileTransfer {
  if (handle.type !== SOCK_STREAM) {
    throw rangeError("only SOCK_STREAM type sockets are supported");
  }
  const start = integer("offset", offset, 0, Number.MAX_SAFE_INTEGER);
  const limit = count === null ? Infinity : positive(count);
  if (timeout === 0) {
    throw rangeError("non-blocking sockets are not supported");
  }
  const source = sourceOf(file, start);
  const { fd } = source;
  const call = fd === undefined ? null : kernelSendfile();
  const state: State = { source, sent: 0, start, limit, stepwise };
  let ended = false;
  let attempt = call === null ? copying(state) : byKernel(state, fd!, call);
  return {
    attempt(handle): Attempt<number> {
      const result = attempt(handle);
      if (result !== "refused") return result;
      attempt = copying(state);
      return this.attempt(handle);
    },
    [Symbol.dispose](): void {
      if (!ended) source.end(start + state.sent);
      ended = true;
    },
  };
}

/** Checks a count as CPython does, with its text. */
function positive(count: unknown): number {
  const is = Number.isInteger(count);
  if (is && (count as number) > 0) return count as number;
  const text = `count must be a positive integer (got ${describe(count)})`;
  throw is ? rangeError(text) : typeError(text);
}

/** The progress of sending a file. */
interface State {
  readonly source: Source;
  readonly start: number;
  readonly limit: number;
  /** Whether an attempt yields after each part so that its driver can check the deadline. */
  readonly stepwise: boolean;
  sent: number;
}

/** Returns an attempt that has the kernel send; `"refused"` if the kernel cannot send the file. */
function byKernel(
  state: State,
  file: number,
  sendfile: Sendfile,
): (handle: Handle) => Attempt<number> | "refused" {
  return (handle) => {
    ensureNonBlocking(handle);
    while (state.sent < state.limit) {
      const count = sendfile(
        handle.fd,
        file,
        state.start + state.sent,
        Math.min(
          state.limit - state.sent,
          state.stepwise ? MAX_STEP : MAX_SENDFILE,
        ),
      );
      if (count === 0) break; // the end of the file
      if (count > 0) {
        state.sent += count;
        if (state.stepwise) return more;
      } else {
        const code = errno();
        if (code === EAGAIN || code === EWOULDBLOCK) return wait;
        if (state.sent === 0 && refusals.has(code)) return "refused";
        if (code !== EINTR) throw osError(code, "sendfile");
      }
    }
    return state.sent;
  };
}

/** Returns an attempt that alternates between reading and sending. */
function copying(state: State): (handle: Handle) => Attempt<number> {
  const { source, start, limit } = state;
  const buffer = new Uint8Array(0x10000);
  let unsent = buffer.subarray(0, 0);
  let left = 0; // the length of `unsent`, unless the reader transfers the buffer
  let started = false;
  return (handle) => {
    if (!started) source.seek(start);
    started = true;
    for (;;) {
      if (left === 0) {
        const room = Math.min(limit - state.sent, buffer.length);
        left = source.read(buffer.subarray(0, room));
        if (left === 0) return state.sent;
        unsent = bytes("file: the buffer it read into", buffer).subarray(
          0,
          left,
        );
      }
      if (unsent.length < left) bytes("file: the buffer it read into", buffer);
      const count = send(handle, unsent, 0);
      if (count instanceof Pending) return count;
      unsent = unsent.subarray(count);
      left -= count;
      state.sent += count;
      if (state.stepwise) return more;
    }
  };
}

/** The operations that all kinds of files have in common. */
interface Source {
  /** The descriptor, if it has one for the kernel's `sendfile`. */
  readonly fd?: number;
  /** Moves to the position where sending starts. */
  seek(position: number): void;
  /** Reads bytes; 0 at the end, or if the buffer is empty. */
  read(buffer: Uint8Array<ArrayBuffer>): number;
  /** Ends the use of the file, leaving it at a position. */
  end(position: number): void;
}

function sourceOf(file: unknown, offset: number): Source {
  if (typeof file === "string" || file instanceof URL) {
    return openedSource(file);
  }
  if (typeof file === "number") return descriptorSource("file", file, offset);
  if (typeof file === "object" && file !== null) {
    if ("fd" in file) return descriptorSource("file.fd", file.fd, offset);
    if (isReadable(file)) return readableSource(file, offset);
  }
  throw typeError(
    `file must be a path, a descriptor or an open file, not ${describe(file)}`,
  );
}

function isReadable(file: object): file is ReadableFile {
  return "readSync" in file && typeof file.readSync === "function" &&
    "seekSync" in file && typeof file.seekSync === "function";
}

function pathOf(url: string | URL): string {
  if (typeof url === "string") return url;
  if (url.protocol !== "file:") {
    throw typeError(`file must be a file: URL, not ${url.protocol}`);
  }
  return decodeURIComponent(url.pathname);
}

/** Opens a file by Deno's rules. */
function openedSource(path: string | URL): Source {
  const name = pathOf(path);
  cstring("file", name); // refuses what the system would take for another path
  // Windows has no read(): there, neither C nor Node returns descriptors of the system.
  const opened = libc.read && translated("open", () => openFile(name), name);
  if (opened) {
    return {
      ...descriptorSource("file", opened.fd, 0),
      end: () => opened.close(),
    };
  }
  const file = translated("open", () => Deno.openSync(path), name);
  return { ...readableSource(file, 0), end: () => file.close() };
}

/** Runs a function of Deno or Node, and translates its errors to the `OSError`s of Python. */
function translated<T>(
  syscall: string,
  call: () => T,
  filename?: string,
): T {
  try {
    return call();
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string };
    if (code === undefined || !(code in E)) throw fromCaller(cause as Error);
    const number = E[code as keyof ErrorNumbers];
    const text = system.errnoOf ? message : strerror(number);
    throw new OSError(number, text, { syscall, filename, cause });
  }
}

function descriptorSource(
  name: string,
  value: unknown,
  offset: number,
): Source {
  const fd = integer(name, value, 0);
  const { readFile } = system;
  if (readFile !== undefined) {
    let at = 0;
    return {
      seek: (position) => at = position,
      read(buffer): number {
        const count = translated("read", () => readFile(fd, buffer, at));
        at += count;
        return count;
      },
      end(): void {}, // the descriptor's own position was not used
    };
  }
  const seek = (position: number): boolean =>
    Number(libc.lseek!(fd, BigInt(position), Deno.SeekMode.Start)) >= 0;
  return {
    fd,
    seek(position): void {
      // A file that cannot seek, such as a pipe, is read from where it is.
      if (!seek(position) && offset > 0) throw osError(errno(), "lseek");
    },
    read(buffer): number {
      for (;;) {
        const count = libc.read!(fd, buffer, buffer.length);
        if (count >= 0) return count;
        const code = errno();
        if (code !== EINTR) throw osError(code, "read");
      }
    },
    end: (position) => void seek(position),
  };
}

function readableSource(file: ReadableFile, offset: number): Source {
  return {
    seek(position): void {
      try {
        file.seekSync(position, Deno.SeekMode.Start);
      } catch (error) {
        if (offset > 0) throw error;
      }
    },
    read(buffer): number {
      const { length } = buffer;
      if (length === 0) return 0;
      return integer("file.readSync()", file.readSync(buffer) ?? 0, 0, length);
    },
    end(position): void {
      try {
        file.seekSync(position, Deno.SeekMode.Start);
      } catch {
        // The file has no position. If seeking failed for another reason, so did reading before.
      }
    },
  };
}
