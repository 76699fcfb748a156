/** The interface of a system's implementation. `libc.ts` loads the running system's module. */

import type { Symbols } from "./loader.ts";
import type { declarations, syscall } from "./declarations.ts";
import type { winsock } from "./windows/ws2_32.ts";

type Posix = Symbols<typeof declarations>;
type Winsock = Symbols<typeof winsock>;

/** The functions that only `posix.ts` calls. */
type Internal =
  | "__errno_location"
  | "__error"
  | "fcntl"
  | keyof typeof syscall
  | "ioctl_on_stack"
  | "ioctl_int_on_stack"
  | "fcntl_int_on_stack";

type Optional<T> = {
  [K in keyof T as undefined extends T[K] ? K : never]?: T[K];
};
type Required<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
};

/** The C library's functions by their C names; those that not every system has are optional. */
export type Libc =
  & Required<Omit<Posix, Internal>>
  & Optional<Omit<Posix, Internal>>
  & Partial<Pick<Winsock, "WSADuplicateSocketW" | "WSAIoctl">>;

/** A call of a C function, which a thread can make without this library. */
export interface PlainCall {
  /** The name by which the library can be opened. */
  readonly library: string;
  /** The function. */
  readonly name: string;
  /** Its declaration. */
  readonly parameters: readonly Deno.NativeType[];
  /** The type of its result. */
  readonly result: Deno.NativeResultType;
  /** Its arguments. */
  readonly args: readonly unknown[];
}

/** The exports of a system's module. */
export interface System {
  /** Opens the C library and returns its functions. */
  open(): Libc;
  /** Returns this thread's last error number. Call it right after the call that failed. */
  errno(): number;
  /**
   * Whether a descriptor's open file description is non-blocking. Missing where the system has no
   * answer.
   */
  isNonBlocking?(fd: number): boolean;
  /** Sets whether child processes inherit a descriptor; returns -1 on failure, with `errno` set. */
  setInheritable(fd: number, inheritable: boolean): number;
  /**
   * Returns 1 if child processes inherit a descriptor, 0 if not, -1 on failure, with `errno` set.
   */
  getInheritable(fd: number): number;
  /**
   * Returns a second, not inheritable descriptor of a socket; -1 on failure, with `errno` set.
   */
  duplicate(fd: number): number;
  /**
   * Returns a descriptor, not inheritable, of a socket that another process shared; -1 on failure,
   * with `errno` set. Missing where processes share sockets by passing descriptors.
   */
  adopt?(info: Uint8Array<ArrayBuffer>): number;
  /** The call that sends a byte into a connected socket. */
  wakeCall(fd: number): PlainCall;
  /** The calls that end the process as Ctrl-C does, whoever listens for it. */
  endCalls(): readonly PlainCall[];
  /**
   * Reads a file by its descriptor from a position, and returns how many bytes it read. Missing
   * where descriptors are the C library's, whose `read` is used.
   *
   * @throws {Error} with a `code`, like Node's functions
   */
  readFile?(fd: number, into: Uint8Array, position: number): number;
  /**
   * Returns what Python has as `errno` for a system error number (its `winerror`). Missing where
   * the two are the same.
   */
  readonly errnoOf?: (winerror: number) => number;
}
