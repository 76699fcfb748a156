/** Python's exceptions: `OSError`, its subclasses by error number, and the resolver's errors. */

import { nameClasses, table } from "../constants/table.ts";
import {
  errno,
  errno as E,
  errorName,
  type ErrorNumbers,
} from "../constants/lookup.ts";
import { fromCaller } from "../constants/stack.ts";
import {
  type Bytes,
  integer,
  isBytes,
  optionsOf,
  string,
} from "./arguments.ts";
import { addressText, filenameText } from "./text.ts";
import { errno as lastErrno, load, system } from "../ffi/libc.ts";
import { strerror as textOf } from "../ffi/memory.ts";
import { features } from "../ffi/features.ts";

/**
 * The names of errors that the resolver reports for {@linkcode gaierror}.
 * @category Errors
 */
export type ResolverCode =
  | "EAI_ADDRFAMILY"
  | "EAI_AGAIN"
  | "EAI_ALLDONE"
  | "EAI_BADFLAGS"
  | "EAI_BADHINTS"
  | "EAI_CANCELED"
  | "EAI_FAIL"
  | "EAI_FAMILY"
  | "EAI_IDN_ENCODE"
  | "EAI_INPROGRESS"
  | "EAI_INTR"
  | "EAI_IPSECPOLICY"
  | "EAI_MAX"
  | "EAI_MEMORY"
  | "EAI_NODATA"
  | "EAI_NONAME"
  | "EAI_NOSECURENAME"
  | "EAI_NOTCANCELED"
  | "EAI_OVERFLOW"
  | "EAI_PROTOCOL"
  | "EAI_SERVICE"
  | "EAI_SOCKTYPE"
  | "EAI_SYSTEM";

/**
 * The names of errors that a host's entry is not found with, for {@linkcode herror}.
 * @category Errors
 */
export type HostCode =
  | "HOST_NOT_FOUND"
  | "NO_DATA"
  | "NO_RECOVERY"
  | "TRY_AGAIN";

/**
 * The names that {@linkcode OSError.code} can be, on all platforms.
 * @category Errors
 */
export type ErrorCode = keyof ErrorNumbers | ResolverCode | HostCode;

/**
 * Options of an {@linkcode OSError}, beside its number and text.
 * @category Errors
 */
export interface OSErrorOptions {
  /** The system call that failed: `"connect"`. */
  readonly syscall?: string | undefined;
  /** The address that the call was for: `["127.0.0.1", 80]`. */
  readonly address?: unknown;
  /** The file that the call was for, as Python's third argument. */
  readonly filename?: string | Bytes | null | undefined;
  /** The Windows error number that `errno` was translated from. */
  readonly winerror?: number | undefined;
  /** What caused the error. */
  readonly cause?: unknown;
}

/**
 * A system call failed. As in Python, constructing an `OSError` with an error number that has a
 * subclass makes an instance of that subclass:
 * `new OSError(errno.EPIPE, "…") instanceof BrokenPipeError`.
 *
 * The first line of its `stack` is that of the program that called the library.
 *
 * @example
 * ```ts
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 * import { ConnectionRefusedError, errno, OSError } from "@libc/socket";
 *
 * const error = new OSError(errno.ECONNREFUSED, "Connection refused", { syscall: "connect" });
 * assertInstanceOf(error, ConnectionRefusedError);
 * assertEquals(error.code, "ECONNREFUSED");
 * ```
 * @category Errors
 */
export class OSError extends Error {
  /** The platform's error number, or `null` if there is none (a timeout, a malformed address). */
  readonly errno: number | null;
  /** The C library's text for the error: `"Connection refused"`. */
  readonly strerror: string;
  /** The error's symbolic name: `"ECONNREFUSED"`, `"EAI_NONAME"`. */
  readonly code: ErrorCode | undefined;
  /** The system call that failed: `"connect"`. */
  readonly syscall: string | undefined;
  /** The address that the call was for, if it was for one: `["127.0.0.1", 80]`. */
  declare readonly address?: unknown;
  /** The file that the call was for, if it was for one. */
  declare readonly filename?: string | Bytes;
  /** The Windows error number, if there is one. Most of Winsock's numbers are also the `errno`. */
  declare readonly winerror?: number;

  /**
   * Makes an error of a text alone, as Python's `OSError("no answer")`. It has no number.
   *
   * @param text the text, which is `message` and `strerror`
   * @param options the system call, the address, a cause
   */
  constructor(text?: string, options?: OSErrorOptions);
  /**
   * Makes an error. Its message is Python's text, `[Errno 111] Connection refused`, with the call
   * and its address if they are given: `: connect ["127.0.0.1",80]`. With a `winerror`, it begins
   * with `[WinError 10061]`; without a number, with the text.
   *
   * @param errno the error number, or `null` for none
   * @param strerror the text
   * @param options the system call, the address, the Windows error number, a cause; or as in
   * Python the name of a file
   * @throws {TypeError} if an argument has the wrong type
   */
  constructor(
    errno: number | null,
    strerror: string,
    options?: OSErrorOptions | string | Bytes | null,
  );
  constructor(
    first?: number | string | null,
    second?: string | OSErrorOptions,
    third?: OSErrorOptions | string | Bytes | null,
  ) {
    const hasNumber = typeof first === "number" || first === null ||
      (typeof first !== "string" && typeof second === "string");
    const errno = hasNumber && first !== null ? integer("errno", first) : null;
    const strerror = string("strerror", (hasNumber ? second : first) ?? "");
    const options = hasNumber
      ? optionsFrom(third)
      : optionsOf(second as OSErrorOptions);
    const { syscall, address, filename, winerror, cause } = options;
    if (winerror !== undefined) integer("options.winerror", winerror);
    if (syscall !== undefined) string("options.syscall", syscall);
    super(
      messageOf(errno, strerror, options),
      cause === undefined ? undefined : { cause },
    );
    this.name = new.target.name;
    this.errno = errno;
    this.strerror = strerror;
    this.syscall = syscall;
    if (address !== undefined) this.address = address;
    if (filename !== undefined && filename !== null) this.filename = filename;
    if (winerror !== undefined) this.winerror = winerror;
    this.code = errno === null ? undefined : this.codeOf(errno);
    if (new.target === OSError && errno !== null) {
      const subclass = subclasses().get(errno);
      if (subclass !== undefined) return new subclass(errno, strerror, options);
    }
    fromCaller(this, OSError);
  }

  /** What Python's `args` holds: the number and the text, or the text alone. */
  get args(): [errno: number, strerror: string] | [text: string] {
    return this.errno === null ? [this.strerror] : [this.errno, this.strerror];
  }

  /** Returns the symbolic name of an error number of this class. */
  protected codeOf(errno: number): ErrorCode | undefined {
    return errorName(errno);
  }
}

/** The options of an error; a file name may stand in their place. */
function optionsFrom(
  given: OSErrorOptions | string | Bytes | null | undefined,
): OSErrorOptions {
  return typeof given === "string" || isBytes(given)
    ? { filename: given }
    : optionsOf(given);
}

/** Python's text of an error, then the call that failed, and what it was for. */
function messageOf(
  errno: number | null,
  strerror: string,
  { syscall, address, filename, winerror }: OSErrorOptions,
): string {
  const text = winerror !== undefined
    ? `[WinError ${winerror}] ${strerror}`
    : errno === null
    ? strerror
    : `[Errno ${errno}] ${strerror}`;
  const call: string[] = syscall === undefined ? [] : [syscall];
  if (address !== undefined && address !== null) {
    const shown = addressText(address);
    if (!strerror.includes(shown)) call.push(shown); // create_server's text has it
  }
  if (filename !== undefined && filename !== null) {
    call.push(filenameText(filename));
  }
  return call.length === 0 ? text : `${text}: ${call.join(" ")}`;
}

/**
 * A call on a non-blocking socket would have to wait (`EAGAIN`, `EINPROGRESS`, `EALREADY`).
 * @category Errors
 */
export class BlockingIOError extends OSError {
  /** How many bytes a buffered file took before it would have had to wait; 0 for other errors. */
  characters_written = 0;
}
/**
 * There is no such child process (`ECHILD`).
 * @category Errors
 */
export class ChildProcessError extends OSError {}
/**
 * A connection failed. The base class of the four errors of connections.
 * @category Errors
 */
export class ConnectionError extends OSError {}
/**
 * The peer no longer reads, or sending was shut down (`EPIPE`, `ESHUTDOWN`).
 * @category Errors
 */
export class BrokenPipeError extends ConnectionError {}
/**
 * The connection was aborted (`ECONNABORTED`).
 * @category Errors
 */
export class ConnectionAbortedError extends ConnectionError {}
/**
 * The peer refused the connection (`ECONNREFUSED`).
 * @category Errors
 */
export class ConnectionRefusedError extends ConnectionError {}
/**
 * The peer reset the connection (`ECONNRESET`).
 * @category Errors
 */
export class ConnectionResetError extends ConnectionError {}
/**
 * The file already exists (`EEXIST`).
 * @category Errors
 */
export class FileExistsError extends OSError {}
/**
 * The file, or the Unix socket's path, does not exist (`ENOENT`).
 * @category Errors
 */
export class FileNotFoundError extends OSError {}
/**
 * A signal interrupted the call (`EINTR`); calls of this library retry instead of throwing it.
 * @category Errors
 */
export class InterruptedError extends OSError {}
/**
 * The path is a directory (`EISDIR`).
 * @category Errors
 */
export class IsADirectoryError extends OSError {}
/**
 * A part of the path is not a directory (`ENOTDIR`).
 * @category Errors
 */
export class NotADirectoryError extends OSError {}
/**
 * The operation is not permitted (`EACCES`, `EPERM`).
 * @category Errors
 */
export class PermissionError extends OSError {}
/**
 * The process does not exist (`ESRCH`).
 * @category Errors
 */
export class ProcessLookupError extends OSError {}
/**
 * The socket's timeout ran out (`errno` is `null`), or the system's did (`ETIMEDOUT`).
 * @category Errors
 */
export class TimeoutError extends OSError {}

/**
 * `getaddrinfo()` or `getnameinfo()` could not resolve a name; `errno` is an `EAI_` value.
 * @category Errors
 */
export class gaierror extends OSError {
  /** The error's symbolic name: `"EAI_NONAME"`. */
  declare readonly code: ResolverCode | undefined;

  /** Returns the name of an `EAI_` value. */
  protected override codeOf(errno: number): ResolverCode | undefined {
    // On Windows, EAI_NODATA has the same value.
    return errno === table.constants.EAI_NONAME
      ? "EAI_NONAME"
      : nameIn("EAI_", errno) as ResolverCode | undefined;
  }
}

/**
 * `gethostbyname_ex()` or `gethostbyaddr()` did not find a host; `errno` is an `h_errno` value.
 * @category Errors
 */
export class herror extends OSError {
  /** The error's symbolic name: `"HOST_NOT_FOUND"`. */
  declare readonly code: HostCode | undefined;

  /** Returns the name of an `h_errno` value. */
  protected override codeOf(errno: number): HostCode | undefined {
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

const hostErrors: readonly HostCode[] = [
  "HOST_NOT_FOUND",
  "TRY_AGAIN",
  "NO_RECOVERY",
  "NO_DATA",
];

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

/** The C library's texts so far: a call of it costs as much as all else of an error. */
const texts = new Map<number, string>();

/**
 * Makes the error of an error number, with the C library's text.
 *
 * @param number the error number, as `errno()` and `SO_ERROR` report it (on Windows, Winsock's)
 * @param syscall the call that failed
 * @param address the address that the call was for
 * @param cause what caused the error
 */
export function osError(
  number: number,
  syscall?: string,
  address?: unknown,
  cause?: unknown,
): OSError {
  load();
  const { errnoOf } = system;
  const errno = errnoOf === undefined ? number : errnoOf(number);
  const winerror = errnoOf === undefined ? undefined : number;
  // Its class at once: OSError would make an error, and then another one of the subclass.
  const Class = subclasses().get(errno) ?? OSError;
  const options = { syscall, address, winerror, cause };
  return new Class(errno, strerror(number), options);
}

/**
 * Returns the system's text for an error number, as Python's `os.strerror()`.
 *
 * @param code an error number of the running platform, such as `connect_ex()` returns
 * @returns the text: `"Connection refused"`
 * @throws {TypeError} if `code` is not an integer
 * @throws {RangeError} if it does not fit in 32 bits, or is a constant that this platform lacks
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { errno, OSError, strerror } from "@libc/socket";
 *
 * const error = new OSError(errno.EPIPE, strerror(errno.EPIPE));
 * assertEquals(error.message, "[Errno 32] Broken pipe");
 * ```
 * @see {@link https://docs.python.org/3/library/os.html#os.strerror}, `strerror(3)`
 * @category Errors
 */
export function strerror(code: number): string {
  let text = texts.get(code);
  if (text === undefined) {
    load();
    const number = integer("code", code, -0x80000000, 0x7fffffff);
    texts.set(number, text = textOf(number));
  }
  return text;
}

/**
 * Returns the result of a system call, or throws the error of `errno` if the call failed. Must
 * directly follow the call, so that nothing changes `errno`.
 *
 * @param result what the call returned
 * @param syscall the call's name
 * @param address the address that the call was for
 * @returns the result, which is not negative
 * @throws {OSError} if the result is negative
 */
export function check(
  result: number,
  syscall: string,
  address?: unknown,
): number {
  if (result < 0) throw osError(lastErrno(), syscall, address);
  return result;
}

/** Makes the error of a socket whose timeout ran out. */
export function timedOut(syscall?: string, address?: unknown): TimeoutError {
  return new TimeoutError(null, "timed out", { syscall, address });
}

// The error numbers that this library handles.

export const {
  EAFNOSUPPORT,
  EAGAIN,
  EALREADY,
  EBADF,
  ECANCELED,
  ECONNRESET,
  EINTR,
  EINVAL,
  EISCONN,
  EMFILE,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  ENOPROTOOPT,
  ENOSYS,
  ENOTCONN,
  ENOTSOCK,
  ERANGE,
  EWOULDBLOCK,
} = errno;

/** The error number of a call on a descriptor that is not open. */
export const E_BAD_SOCKET = errno[features.badDescriptor];

/** The error number of sending after `shutdown`. */
export const E_SHUT_DOWN = errno[features.sendingShutDown];

/** The error number of a non-blocking `connect` that is in progress. */
export const E_CONNECT_PENDING = errno[features.connecting];

/** The error numbers of a system that has nothing left: no descriptor, no memory. */
export const exhausted: ReadonlySet<number | null> = new Set([
  errno.EMFILE,
  errno.ENFILE,
  errno.ENOBUFS,
  errno.ENOMEM,
]);

// Python's `KeyboardInterrupt`.

/**
 * Ctrl-C, or an `Interrupter`, ended a blocking call of a thread that asked for it with
 * `interruptible()`.
 *
 * As in Python, where it is no `Exception`, it is not an {@linkcode OSError}: code that handles the
 * failures of sockets lets it pass.
 * @category Errors
 */
export class KeyboardInterrupt extends Error {
  /**
   * Makes an error.
   *
   * @param message the text
   * @param options a cause
   * @throws {TypeError} if an argument has the wrong type
   */
  constructor(message = "", options?: ErrorOptions) {
    super(string("message", message), optionsOf(options));
    this.name = new.target.name;
    fromCaller(this, KeyboardInterrupt);
  }
}

nameClasses({ KeyboardInterrupt });
