/** Python's exceptions: `OSError`, its subclasses by error number, and the resolver's errors. */

import { nameClasses } from "../constants/class_names.ts";
import { errno as E, errorName } from "../constants/errno.ts";
import { table } from "../constants/table.ts";
import { integer, optionsOf, string } from "./arguments.ts";
import { errno as lastErrno, load, system } from "../ffi/libc.ts";
import { strerror } from "../ffi/memory.ts";

/** Options of an {@linkcode OSError}, beside its number and text. */
export interface OSErrorOptions {
  /** The system call that failed: `"connect"`. */
  readonly syscall?: string;
  /** The Windows error number that `errno` was translated from. */
  readonly winerror?: number;
  /** What caused the error. */
  readonly cause?: unknown;
}

/**
 * A system call failed. As in Python, constructing an `OSError` with an error number that has a
 * subclass makes an instance of that subclass:
 * `new OSError(errno.EPIPE, "…") instanceof BrokenPipeError`.
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
  /** The platform's error number, or `null` if there is none (a timeout, a malformed address). */
  readonly errno: number | null;
  /** The C library's text for the error: `"Connection refused"`. */
  readonly strerror: string;
  /** The error's symbolic name: `"ECONNREFUSED"`, `"EAI_NONAME"`. */
  readonly code: string | undefined;
  /** The system call that failed: `"connect"`. */
  readonly syscall: string | undefined;
  /** The Windows error number, if there is one. Most of Winsock's numbers are also the `errno`. */
  declare readonly winerror?: number;

  /**
   * Makes an error. Its message is `[Errno 111] Connection refused`; with a `winerror`,
   * `[WinError 10061] No connection could be made …`; without a number, the text alone.
   *
   * @param errno the error number, or `null` for none
   * @param strerror the text
   * @param options the system call, the Windows error number, a cause
   * @throws {TypeError} if an argument has the wrong type
   */
  constructor(
    errno: number | null,
    strerror: string,
    options?: OSErrorOptions,
  ) {
    const { syscall, winerror, cause } = optionsOf(options);
    if (errno !== null) errno = integer("errno", errno);
    if (winerror !== undefined) integer("options.winerror", winerror);
    super(
      prefixed(errno, winerror, string("strerror", strerror)),
      cause === undefined ? undefined : { cause },
    );
    this.name = new.target.name;
    this.errno = errno;
    this.strerror = strerror;
    this.syscall = syscall;
    if (winerror !== undefined) this.winerror = winerror;
    this.code = errno === null ? undefined : this.codeOf(errno);
    if (new.target === OSError && errno !== null) {
      const subclass = subclasses().get(errno);
      if (subclass !== undefined) return new subclass(errno, strerror, options);
    }
  }

  /** Returns the symbolic name of an error number of this class. */
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
  /** How many bytes a buffered file took before it would have had to wait; 0 for other errors. */
  characters_written = 0;
}
/** There is no such child process (`ECHILD`). */
export class ChildProcessError extends OSError {}
/** A connection failed. The base class of the four errors of connections. */
export class ConnectionError extends OSError {}
/** The peer no longer reads, or sending was shut down (`EPIPE`, `ESHUTDOWN`). */
export class BrokenPipeError extends ConnectionError {}
/** The connection was aborted (`ECONNABORTED`). */
export class ConnectionAbortedError extends ConnectionError {}
/** The peer refused the connection (`ECONNREFUSED`). */
export class ConnectionRefusedError extends ConnectionError {}
/** The peer reset the connection (`ECONNRESET`). */
export class ConnectionResetError extends ConnectionError {}
/** The file already exists (`EEXIST`). */
export class FileExistsError extends OSError {}
/** The file, or the Unix socket's path, does not exist (`ENOENT`). */
export class FileNotFoundError extends OSError {}
/** A signal interrupted the call (`EINTR`); calls of this library retry instead of throwing it. */
export class InterruptedError extends OSError {}
/** The path is a directory (`EISDIR`). */
export class IsADirectoryError extends OSError {}
/** A part of the path is not a directory (`ENOTDIR`). */
export class NotADirectoryError extends OSError {}
/** The operation is not permitted (`EACCES`, `EPERM`). */
export class PermissionError extends OSError {}
/** The process does not exist (`ESRCH`). */
export class ProcessLookupError extends OSError {}
/** The socket's timeout ran out (`errno` is `null`), or the system's did (`ETIMEDOUT`). */
export class TimeoutError extends OSError {}

/** `getaddrinfo()` or `getnameinfo()` could not resolve a name; `errno` is an `EAI_` value. */
export class gaierror extends OSError {
  /** Returns the name of an `EAI_` value. */
  protected override codeOf(errno: number): string | undefined {
    // On Windows, EAI_NODATA has the same value.
    return errno === table.constants.EAI_NONAME
      ? "EAI_NONAME"
      : nameIn("EAI_", errno);
  }
}

/** `gethostbyname_ex()` or `gethostbyaddr()` did not find a host; `errno` is an `h_errno` value. */
export class herror extends OSError {
  /** Returns the name of an `h_errno` value. */
  protected override codeOf(errno: number): string | undefined {
    return hostErrors.find((name) => table.constants[name] === errno);
  }
}

nameClasses({
  OSError,
  BlockingIOError,
  ChildProcessError,
  ConnectionError,
  BrokenPipeError,
  ConnectionAbortedError,
  ConnectionRefusedError,
  ConnectionResetError,
  FileExistsError,
  FileNotFoundError,
  InterruptedError,
  IsADirectoryError,
  NotADirectoryError,
  PermissionError,
  ProcessLookupError,
  TimeoutError,
  gaierror,
  herror,
});

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
 * Makes the error of an error number, with the C library's text.
 *
 * @param number the error number, as `errno()` and `SO_ERROR` report it (on Windows, Winsock's)
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
 * Returns the result of a system call, or throws the error of `errno` if the call failed. Must
 * directly follow the call, so that nothing changes `errno`.
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

/** Makes the error of a socket whose timeout ran out. */
export function timedOut(syscall?: string): TimeoutError {
  return new TimeoutError(null, "timed out", { syscall });
}
