/** The open sockets of this isolate, for tests that look for leaks. */

import { capture, textOf, type Trace } from "../constants/stack.ts";
import { descriptionOf, type SocketDescription } from "./description.ts";
import {
  type Handle,
  handleOf,
  openHandles,
  setMadeListener,
} from "./operations/attempt.ts";

/**
 * An open socket, as {@linkcode openSockets} lists it.
 * @category Sockets
 */
export interface OpenSocket extends SocketDescription {
  /** Where the socket was made, if {@linkcode traceSockets} was at work then. */
  readonly stack?: string;
}

const traces = new WeakMap<Handle, Trace>();

/** How many recordings are at work. */
let recordings = 0;

function record(handle: Handle): void {
  traces.set(handle, capture(record));
}

/**
 * Lists the sockets of this isolate that are open: those of this library, in both their forms,
 * which were neither closed nor detached nor collected. A test that compares it with `[]` at its
 * end shows what it leaked. Each Worker has sockets of its own.
 *
 * @returns a description of each socket, in the order of their descriptors
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openSockets, Socket, traceSockets } from "@libc/socket";
 *
 * using _ = traceSockets();
 * const leaked = new Socket();
 * const [{ family, stack }] = openSockets();
 * assertEquals(family, "AF_INET");
 * console.log(stack); // the line of `new Socket()`
 * leaked.close();
 * assertEquals(openSockets(), []);
 * ```
 * @category Sockets
 */
export function openSockets(): OpenSocket[] {
  return openHandles().map((handle) => {
    const trace = traces.get(handle);
    const description = descriptionOf(handle);
    return trace === undefined
      ? description
      : { ...description, stack: textOf(trace) };
  });
}

/**
 * Records from now on where sockets are made, so that {@linkcode openSockets} shows it. Each socket
 * then costs some microseconds more.
 *
 * @returns what ends the recording when it is disposed of
 * @category Sockets
 */
export function traceSockets(): Disposable {
  recordings++;
  setMadeListener(record);
  let isOver = false;
  return {
    [Symbol.dispose]() {
      if (isOver) return;
      isOver = true;
      if (--recordings === 0) setMadeListener(undefined);
    },
  };
}

/**
 * While sockets are traced, has a socket count as made where this was called.
 *
 * @param making the promise of a socket, or of an array that begins with one
 * @returns a promise of the same
 */
export function tracedSocket<T extends object>(making: Promise<T>): Promise<T> {
  if (recordings === 0) return making;
  const trace = capture(tracedSocket);
  return making.then((made) => {
    traces.set(handleOf(Array.isArray(made) ? made[0] : made), trace);
    return made;
  });
}

/** While sockets are traced, has a socket count as made by those who await the caller. */
export function traceHere(socket: object): void {
  if (recordings > 0) traces.set(handleOf(socket), capture(traceHere));
}
