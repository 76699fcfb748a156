/**
 * Operations on any descriptor: blocking mode, inheritance by child processes, duplication, files.
 * Also makes connected pairs of sockets.
 */

import { table } from "../constants/table.ts";
import { type Features, features } from "./features.ts";
import { errno, type Libc, libc, load, system } from "./libc.ts";
import { errno as E } from "../constants/lookup.ts";

const on = new Int32Array([1]);
const off = new Int32Array([0]);

/**
 * Makes a descriptor blocking or non-blocking.
 *
 * @returns 0; -1 on failure, with `errno` set
 */
export function setNonBlocking(fd: number, nonBlocking: boolean): number {
  return libc.ioctl(fd, table.constants.FIONBIO, nonBlocking ? on : off);
}

/** Whether a descriptor's open file description, which its duplicates share, is non-blocking. */
export const isNonBlocking: (fd: number) => boolean = system.isNonBlocking ??
  (() => false);

/** The methods of {@linkcode System} of the same names. */
export const { duplicate, getInheritable, setInheritable } = system;

/**
 * Sets the flags of a new socket that `socket` and `accept4` set themselves where they take flags:
 * child processes do not inherit it. On macOS, also turns off the SIGPIPE of writing to a closed
 * connection: Deno ignores that signal anyway, as Python does, but a program that listens for
 * signals should not see it.
 */
export function setCommonFlags(fd: number): void {
  setInheritable(fd, false);
  const { SO_NOSIGPIPE, SOL_SOCKET } = table.constants;
  if (SO_NOSIGPIPE === undefined) return;
  libc.setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, on, on.byteLength);
}

/** `SOCK_CLOEXEC`; 0 where `socket` does not accept it. */
export const CLOSE_ON_EXEC: number = table.constants.SOCK_CLOEXEC ?? 0;

/**
 * Makes two connected sockets, with the common flags set.
 *
 * @param pair receives the two descriptors
 * @param family the address family; the platform's usual one for pairs if left out
 * @param type the socket type
 * @param proto the protocol number
 * @returns 0; -1 on failure, with `errno` set
 */
export function makePair(
  pair: Int32Array<ArrayBuffer>,
  family: number = table.constants[features.socketpairFamily],
  type: number = table.constants.SOCK_STREAM,
  proto = 0,
): number {
  const result = load().socketpair(family, type | CLOSE_ON_EXEC, proto, pair);
  if (result >= 0 && CLOSE_ON_EXEC === 0) {
    for (const fd of pair) setCommonFlags(fd);
  }
  return result;
}

// Opens files to read by Deno's rules.

/** A file, opened. Its descriptor is in a table of Deno's, so {@linkcode close} has to close it. */
export interface OpenFile {
  /** The descriptor. */
  readonly fd: number;
  /** Closes it. */
  close(): void;
}

let descriptors: boolean | undefined;

/**
 * Opens a file with Node's function. As with all functions of Deno that open files, it depends on
 * the permissions whether it may: beside `--allow-read`, `/proc` and the like need `--allow-all`,
 * by whatever path or symbolic link.
 *
 * @param path the file's path
 * @returns the file; `undefined` if this version of Deno does not return the system's descriptors
 * @throws {Error} with a `code`, if the system cannot open it
 * @throws {Deno.errors.NotCapable} without permission
 */
export function openFile(path: string): OpenFile | undefined {
  // Before 2.8, and in some versions of 2.7, they are numbers of Deno's own.
  descriptors ??= Deno.version.deno.localeCompare("2.8.0", undefined, {
    numeric: true,
  }) >= 0;
  if (!descriptors) return undefined;
  // deno-lint-ignore no-process-global -- an import would load it at start
  const { closeSync, openSync } = process.getBuiltinModule("node:fs");
  const fd = openSync(path, "r");
  return { fd, close: () => closeSync(fd) };
}

// The kernel's `sendfile` under one signature: Linux, macOS and FreeBSD each have their own.

/**
 * Sends a part of a file over a socket.
 *
 * @param socket the socket's descriptor
 * @param file the file's descriptor, whose position does not change
 * @param offset where the part starts, in bytes
 * @param count the maximum number of bytes, from 1 to 2^31 - 1
 * @returns how many bytes were sent, 0 at the end of the file, -1 on failure, with `errno` set
 */
export type Sendfile = (
  socket: number,
  file: number,
  offset: number,
  count: number,
) => number;

/** The three declarations of `sendfile`. */
export type SendfileSymbols = Pick<
  Libc,
  "sendfile_linux" | "sendfile_darwin" | "sendfile_freebsd"
>;

const none = new Uint8Array(0);

/**
 * Adapts a system's `sendfile`.
 *
 * @param system which system's signature to use
 * @param symbols the C library's functions
 * @param error returns `errno`
 * @returns the function; `null` if there is none
 */
export function sendfileOf(
  system: Features["sendfile"],
  symbols: SendfileSymbols,
  error: () => number,
): Sendfile | null {
  const { sendfile_linux, sendfile_darwin, sendfile_freebsd } = symbols;
  const cell = new BigInt64Array(1);
  // The BSDs report the count separately: EAGAIN or EINTR after some bytes is not a failure.
  const outcome = (result: number): number => {
    const sent = Number(cell[0]);
    if (result === 0) return sent;
    const code = error();
    return sent > 0 && (code === E.EAGAIN || code === E.EINTR) ? sent : -1;
  };
  if (system === "linux" && sendfile_linux) {
    return (socket, file, offset, count) => {
      cell[0] = BigInt(offset);
      return sendfile_linux(socket, file, cell, count);
    };
  }
  if (system === "darwin" && sendfile_darwin) {
    return (socket, file, offset, count) => {
      cell[0] = BigInt(count);
      return outcome(
        sendfile_darwin(file, socket, BigInt(offset), cell, none, 0),
      );
    };
  }
  if (system === "freebsd" && sendfile_freebsd) {
    return (socket, file, offset, count) => {
      cell[0] = 0n;
      return outcome(
        sendfile_freebsd(file, socket, BigInt(offset), count, none, cell, 0),
      );
    };
  }
  return null;
}

let cached: Sendfile | null | undefined;

/** Returns the running system's `sendfile`; `null` if it has none. The C library must be loaded. */
export function kernelSendfile(): Sendfile | null {
  return cached ??= sendfileOf(features.sendfile, libc, errno);
}
