/**
 * Python's exceptions: `OSError`, its subclasses by error number, and the resolver's errors.
 */

import { errno as E, errorName } from "../constants/errno.ts";
import { table } from "../constants/table.ts";
import { errno as lastErrno, load, system } from "../ffi/libc.ts";
import { strerror } from "../ffi/memory.ts";

/** What an {@linkcode OSError} may carry beside its number and text. */
export interface OSErrorOptions {
  /** The system call that failed: `"connect"`. */
  readonly syscall?: string;
  /** The number of Windows that `errno` was translated from. */
  readonly winerror?: number;
  /** What caused the error. */
  readonly cause?: unknown;
}

/**
 * A system call failed. As in Python, making an `OSError` of a number that has a subclass of its own
 * gives that subclass: `new OSError(errno.EPIPE, "…") instanceof BrokenPipeError`.
 *
 * @example
 * ```ts
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 * import { ConnectionRefusedError, errno, OSError } from "../mod.ts";
 *
 * const error = new OSError(errno.ECONNREFUSED, "Connection refused", { syscall: "connect" });
 * assertInstanceOf(error, ConnectionRefusedError);
 * assertEquals(error.code, "ECONNREFUSED");
 * ```
 */
export class OSError extends Error {
  /** The error number of the platform, or `null` where there is none (a timeout, a bad IP text). */
  readonly errno: number | null;
  /** What the C library says of the error: `"Connection refused"`. */
  readonly strerror: string;
  /** The error's symbolic name: `"ECONNREFUSED"`, `"EAI_NONAME"`. */
  readonly code: string | undefined;
  /** The system call that failed: `"connect"`. */
  readonly syscall: string | undefined;
  /** The error number of Windows, where there is one; most of Winsock's are their own `errno`. */
  declare readonly winerror?: number;

  /**
   * Makes an error; its message is `[Errno 111] Connection refused`, with a `winerror`
   * `[WinError 10061] No connection could be made …`, or the text alone.
   *
   * @param errno the error number, or `null`
   * @param strerror the text
   * @param options the system call, Windows' number, a cause
   */
  constructor(
    errno: number | null,
    strerror: string,
    options: OSErrorOptions = {},
  ) {
    super(
      prefixed(errno, options.winerror, strerror),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = new.target.name;
    this.errno = errno;
    this.strerror = strerror;
    this.syscall = options.syscall;
    if (options.winerror !== undefined) this.winerror = options.winerror;
    this.code = errno === null ? undefined : this.codeOf(errno);
    if (new.target === OSError && errno !== null) {
      const subclass = subclasses().get(errno);
      if (subclass !== undefined) return new subclass(errno, strerror, options);
    }
  }

  /** The symbolic name of a number of this kind of error. */
  protected codeOf(errno: number): string | undefined {
    return errorName(errno);
  }
}

function prefixed(
  errno: number | null,
  winerror: number | undefined,
  strerror: string,
): string {
  if (winerror !== undefined) return `[WinError ${winerror}] ${strerror}`;
  return errno === null ? strerror : `[Errno ${errno}] ${strerror}`;
}

/** A call on a non-blocking socket would have to wait (`EAGAIN`, `EINPROGRESS`, `EALREADY`). */
export class BlockingIOError extends OSError {
  /** How many bytes a buffered file took before it would have had to wait; 0 of other errors. */
  characters_written = 0;
}
/** There is no such child process (`ECHILD`). */
export class ChildProcessError extends OSError {}
/** A connection failed: what the four errors of connections have in common. */
export class ConnectionError extends OSError {}
/** The other end no longer reads (`EPIPE`, `ESHUTDOWN`). */
export class BrokenPipeError extends ConnectionError {}
/** The connection was aborted (`ECONNABORTED`). */
export class ConnectionAbortedError extends ConnectionError {}
/** The other end refused the connection (`ECONNREFUSED`). */
export class ConnectionRefusedError extends ConnectionError {}
/** The other end reset the connection (`ECONNRESET`). */
export class ConnectionResetError extends ConnectionError {}
/** The file exists already (`EEXIST`). */
export class FileExistsError extends OSError {}
/** The file, or the Unix socket's path, does not exist (`ENOENT`). */
export class FileNotFoundError extends OSError {}
/** A signal interrupted the call (`EINTR`); calls of this library retry instead of throwing it. */
export class InterruptedError extends OSError {}
/** The path is a directory (`EISDIR`). */
export class IsADirectoryError extends OSError {}
/** A part of the path is no directory (`ENOTDIR`). */
export class NotADirectoryError extends OSError {}
/** The operation is not permitted (`EACCES`, `EPERM`). */
export class PermissionError extends OSError {}
/** The process does not exist (`ESRCH`). */
export class ProcessLookupError extends OSError {}
/** The socket's timeout ran out (`errno` is `null`), or the system's did (`ETIMEDOUT`). */
export class TimeoutError extends OSError {}

/** A name could not be resolved by `getaddrinfo()` or `getnameinfo()`: `errno` is an `EAI_` value. */
export class gaierror extends OSError {
  /** The name of an `EAI_` value. */
  protected override codeOf(errno: number): string | undefined {
    // Winsock has EAI_NODATA for another name of it.
    return errno === table.constants.EAI_NONAME
      ? "EAI_NONAME"
      : nameIn("EAI_", errno);
  }
}

/** A host could not be found by `gethostbyname_ex()` or `gethostbyaddr()`: `errno` is an `h_errno`. */
export class herror extends OSError {
  /** The name of an `h_errno` value. */
  protected override codeOf(errno: number): string | undefined {
    return hostErrors.find((name) => table.constants[name] === errno);
  }
}

const hostErrors = ["HOST_NOT_FOUND", "TRY_AGAIN", "NO_RECOVERY", "NO_DATA"];

function nameIn(prefix: string, value: number): string | undefined {
  return Object.keys(table.constants).find((name) =>
    name.startsWith(prefix) && table.constants[name] === value
  );
}

let byErrno: Map<number, typeof OSError> | undefined;

/** The subclass of each error number that has one, as in Python. */
function subclasses(): Map<number, typeof OSError> {
  return byErrno ??= new Map<number, typeof OSError>([
    [E.EAGAIN, BlockingIOError],
    [E.EWOULDBLOCK, BlockingIOError],
    [E.EALREADY, BlockingIOError],
    [E.EINPROGRESS, BlockingIOError],
    [E.ECHILD, ChildProcessError],
    [E.EPIPE, BrokenPipeError],
    [E.ESHUTDOWN, BrokenPipeError],
    [E.ECONNABORTED, ConnectionAbortedError],
    [E.ECONNREFUSED, ConnectionRefusedError],
    [E.ECONNRESET, ConnectionResetError],
    [E.EEXIST, FileExistsError],
    [E.ENOENT, FileNotFoundError],
    [E.EINTR, InterruptedError],
    [E.EISDIR, IsADirectoryError],
    [E.ENOTDIR, NotADirectoryError],
    [E.EACCES, PermissionError],
    [E.EPERM, PermissionError],
    [E.ESRCH, ProcessLookupError],
    [E.ETIMEDOUT, TimeoutError],
  ]);
}

/**
 * The error of an error number, with libc's text.
 *
 * @param number the error number, as `errno()` and `SO_ERROR` tell it
 * @param syscall the call that failed
 */
export function osError(number: number, syscall?: string): OSError {
  load();
  const { errnoOf } = system;
  return errnoOf === undefined
    ? new OSError(number, strerror(number), { syscall })
    : new OSError(errnoOf(number), strerror(number), {
      syscall,
      winerror: number,
    });
}

/**
 * The gate of every system call that returns -1 on failure: passes a result on, or throws the
 * error that `errno` holds. Nothing may come between the call and this.
 *
 * @param result what the call returned
 * @param syscall the call's name
 * @returns the result, which is not negative
 * @throws {OSError} if the result is negative
 */
export function check(result: number, syscall: string): number {
  if (result < 0) throw osError(lastErrno(), syscall);
  return result;
}

/** The error of a socket whose timeout ran out. */
export function timedOut(syscall?: string): TimeoutError {
  return new TimeoutError(null, "timed out", { syscall });
}
