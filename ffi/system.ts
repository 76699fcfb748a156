/** What a kind of system provides. Types only: `libc.ts` loads the file of the running one. */

import type { declarations } from "./declarations.ts";
import type { winsock } from "./windows/ws2_32.ts";

type Posix = Deno.StaticForeignLibraryInterface<typeof declarations>;
type Winsock = Deno.StaticForeignLibraryInterface<typeof winsock>;

/** What `posix.ts` keeps to itself. */
type Internal = "__errno_location" | "__error" | "fcntl";

type Optional<T> = {
  [K in keyof T as null extends T[K] ? K : never]?: T[K];
};
type Required<T> = {
  [K in keyof T as null extends T[K] ? never : K]: T[K];
};

/** The C library's functions by their C names; what not every system has may be missing. */
export type Libc =
  & Required<Omit<Posix, Internal>>
  & Optional<Omit<Posix, Internal>>
  & Partial<Pick<Winsock, "WSADuplicateSocketW" | "WSAIoctl">>;

/** What the file of a system exports. */
export interface System {
  /** Opens the C library. */
  open(): Libc;
  /** The number of this thread's last error: to be asked for right after the call that failed. */
  errno(): number;
  /** Lets child processes inherit a descriptor, or not; -1 if that fails, as `errno` says. */
  setInheritable(fd: number, inheritable: boolean): number;
  /** 1 if child processes inherit a descriptor, else 0; -1 if that fails, as `errno` says. */
  getInheritable(fd: number): number;
  /** A second descriptor of a socket, not inheritable; -1 if that fails, as `errno` says. */
  duplicate(fd: number): number;
  /**
   * A descriptor of a socket that another process shared, not inheritable; -1 if that fails, as
   * `errno` says. Where sockets are shared as descriptors instead, there is no such thing.
   */
  adopt?(info: Uint8Array<ArrayBuffer>): number;
  /**
   * Reads a file by its descriptor, from a position; gives how many bytes it read. Where descriptors
   * are the C library's, they are read by that.
   *
   * @throws {Error} with a `code`, as Node's functions do
   */
  readFile?(fd: number, into: Uint8Array, position: number): number;
  /**
   * The number of C's own that an error number of the system has in Python, where those are two
   * things.
   */
  readonly errnoOf?: (winerror: number) => number;
}
