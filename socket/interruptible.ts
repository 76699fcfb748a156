/** `interruptible()`: Ctrl-C, or another thread, ends blocking calls with a `KeyboardInterrupt`. */

import { nameClasses } from "../constants/table.ts";
import { InterruptPair } from "../poll/interrupt_pair.ts";
import { fromCaller, typeError } from "../constants/stack.ts";
import { describe } from "../errors/arguments.ts";
import { check, KeyboardInterrupt } from "../errors/errors.ts";
import {
  ARMED,
  CtrlCListener,
  endByCtrlC,
  STATE_LENGTH,
} from "../ffi/ctrl_c.ts";
import { duplicate } from "../ffi/descriptor.ts";
import { disown, isMain, libc, load, own } from "../ffi/libc.ts";
import {
  addSource,
  type InterruptSource,
  removeSource,
  takePending,
} from "../poll/ready.ts";
import { Handle } from "./operations/attempt.ts";

// Waking a thread that is blocked: one end of an interrupt. The other is `interruptible()`.

/**
 * What a thread needs to be interrupted: the argument of `interruptible()`. It can be posted to a
 * Worker, and is of use only as long as its {@linkcode Interrupter} is open.
 * @category Sockets
 */
export interface InterrupterHandle {
  /** A descriptor that becomes readable. */
  readonly fd: number;
  /** Whether an interrupt has come that was not thrown yet. */
  readonly state: SharedArrayBuffer;
}

/**
 * Interrupts another thread: ends the call in which it is blocked with a `KeyboardInterrupt`.
 * Neither `worker.terminate()` nor a message ends such a call.
 *
 * Make one for each Worker and post its {@linkcode handle}, which the Worker passes to
 * `interruptible()`. Python's `_thread.interrupt_main()` does the same for the main thread.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { interruptible, Interrupter, KeyboardInterrupt, socketpair } from "@libc/socket";
 *
 * const [a, b] = socketpair();
 * using _a = a, _b = b;
 * using interrupter = new Interrupter();
 * using _ = interruptible(interrupter.handle); // in the Worker
 * interrupter.interrupt(); // in any thread
 * assertThrows(() => a.recv(1), KeyboardInterrupt);
 * ```
 * @category Sockets
 */
export class Interrupter implements Disposable {
  /** What to post to the other thread. */
  readonly handle: InterrupterHandle;
  readonly #pair = new InterruptPair();

  /**
   * Makes an interrupter.
   *
   * @throws {OSError} if no descriptor is left (`EMFILE`)
   */
  constructor() {
    const { receiver, state } = this.#pair;
    this.handle = { fd: receiver, state: state.buffer };
  }

  /**
   * Interrupts the other thread: its blocking call, or else the next one that it makes, throws a
   * `KeyboardInterrupt`. Returns at once. A second interrupt before that changes nothing.
   *
   * @throws {Error} if the interrupter is closed
   */
  interrupt(): void {
    if (this.#pair.closed) {
      throw fromCaller(new Error("Interrupter is closed"));
    }
    this.#pair.interrupt();
  }

  /**
   * Closes it. Do so once the other thread has left its `interruptible()`, or will not have to be
   * interrupted any more. Closing again does nothing.
   */
  close(): void {
    this.#pair.close();
  }

  /** Closes it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}

nameClasses({ Interrupter });

/**
 * Lets Ctrl-C (`SIGINT`) end the blocking calls of this thread with a
 * {@linkcode KeyboardInterrupt}, until the result is disposed of. With the handle of an
 * {@linkcode Interrupter}, another thread ends them instead, with the same error.
 *
 * A call that waits throws at once: `accept`, `connect`, `recv`, `sendall` and all others that may
 * wait, reading and writing a file of `makefile()`, `create_connection`, `sendfile`, `splice`, and
 * the `select` of a selector. An interrupt between two calls ends the next one before it does
 * anything. A lookup of a name, which the C library does, ends first. Awaiting calls are not
 * interrupted: give them an `AbortSignal`.
 *
 * **A second Ctrl-C ends the process**, also if the first one was not thrown yet, or if the program
 * listens for `SIGINT` itself: each `interruptible()` throws one. To go on after a
 * `KeyboardInterrupt`, call it again. If no call follows an interrupt, disposing throws it. Once
 * all have been disposed of, Ctrl-C does again what it did before.
 *
 * If nobody catches the `KeyboardInterrupt` of a Ctrl-C, the process ends as Python's does: after
 * the `unload` event, by the signal, which a shell shows as 130.
 *
 * While this thread is interruptible, no call blocks in the kernel. So `send()` and `sendmsg()` may
 * take fewer bytes than all, as with a timeout, and a descriptor that other processes share may be
 * non-blocking until the end. For Ctrl-C, a Worker listens: starting it takes some 15 milliseconds,
 * and the process does not end by itself before the result is disposed of.
 *
 * @param handle the handle of an interrupter; left out for Ctrl-C
 * @returns what ends it; use it with `using`
 * @throws {TypeError} if `handle` is not the handle of an interrupter
 * @throws {OSError} if too few descriptors are left (`EMFILE`), or the interrupter was closed
 * (`EBADF`)
 *
 * @example
 * ```ts ignore
 * import { create_server, interruptible, KeyboardInterrupt } from "@libc/socket";
 *
 * using _ = interruptible();
 * using server = create_server(["127.0.0.1", 8080]);
 * try {
 *   for (;;) {
 *     const [connection] = server.accept();
 *     connection.close();
 *   }
 * } catch (error) {
 *   if (!(error instanceof KeyboardInterrupt)) throw error;
 *   console.log("Ctrl-C");
 * }
 * ```
 * @category Sockets
 */
export function interruptible(handle?: InterrupterHandle): Disposable {
  load();
  return handle === undefined ? new CtrlCScope() : new HandleScope(handle);
}

function start(source: InterruptSource): void {
  addSource(source);
  Handle.updateAll();
}

function end(source: InterruptSource): void {
  removeSource(source);
  Handle.updateAll();
}

/** Throws an interrupt that came too late for a call. */
function throwLast(source: InterruptSource): void {
  if (!takePending(source)) return;
  source.raised?.();
  throw new KeyboardInterrupt();
}

/** The time in which another thread may interrupt. */
class HandleScope implements Disposable {
  readonly #source: InterruptSource;
  #disposed = false;

  constructor(handle: unknown) {
    const { fd, state } = checked(handle);
    // The other thread may close its descriptor while this one waits for it.
    const copy = check(duplicate(fd), "fcntl");
    own(copy);
    this.#source = { fd: copy, state: new Int32Array(state) };
    start(this.#source);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    end(this.#source);
    try {
      throwLast(this.#source);
    } finally {
      disown(this.#source.fd);
      libc.close(this.#source.fd);
    }
  }
}

function checked(handle: unknown): InterrupterHandle {
  const { fd, state } = (handle ?? {}) as Partial<InterrupterHandle>;
  if (
    Number.isInteger(fd) && state instanceof SharedArrayBuffer &&
    state.byteLength === STATE_LENGTH * 4
  ) {
    return { fd: fd!, state };
  }
  throw typeError(
    `handle must be the handle of an Interrupter, not ${describe(handle)}`,
  );
}

/** What listens for Ctrl-C while there is a scope. */
interface CtrlC {
  readonly pair: InterruptPair;
  readonly listener: CtrlCListener;
  readonly source: InterruptSource;
}

let ctrlC: CtrlC | undefined;
let scopes = 0;

/** How many descriptors are to be free before a Worker starts: Deno panics if it lacks one. */
const ROOM_FOR_WORKER = 12;

/** Checks that there are some descriptors left. */
function ensureRoom(fd: number, count: number): void {
  const copies: number[] = [];
  try {
    while (copies.length < count) {
      copies.push(check(duplicate(fd), "fcntl"));
    }
  } finally {
    for (const copy of copies) libc.close(copy);
  }
}

function listen(): CtrlC {
  const pair = new InterruptPair();
  try {
    ensureRoom(pair.sender, ROOM_FOR_WORKER);
    const { receiver, sender, state } = pair;
    Atomics.store(state, ARMED, 1);
    const listener = new CtrlCListener(sender, state);
    const source = { fd: receiver, state, raised: endBySignalIfUncaught };
    start(source);
    return { pair, listener, source };
  } catch (error) {
    pair.close();
    throw error;
  }
}

/** The time in which Ctrl-C interrupts. All scopes share one listener. */
class CtrlCScope implements Disposable {
  #disposed = false;

  constructor() {
    if (ctrlC === undefined) ctrlC = listen();
    else Atomics.add(ctrlC.pair.state, ARMED, 1);
    scopes++;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const { pair, listener, source } = ctrlC!;
    if (--scopes > 0) {
      disarm(pair.state, scopes);
      return;
    }
    ctrlC = undefined;
    listener.stop();
    end(source);
    try {
      throwLast(source);
    } finally {
      pair.close();
    }
  }
}

/** Leaves no more interrupts to throw than there are scopes. */
function disarm(state: Int32Array<SharedArrayBuffer>, most: number): void {
  for (;;) {
    const armed = Atomics.load(state, ARMED);
    if (armed <= most) return;
    if (Atomics.compareExchange(state, ARMED, armed, most) === armed) return;
  }
}

let watchesUncaught = false;

/** Has the process end by the signal if the interrupt of a Ctrl-C reaches nobody. */
function endBySignalIfUncaught(): void {
  if (watchesUncaught || !isMain) return;
  watchesUncaught = true;
  addEventListener("unhandledrejection", (event) => {
    endIfInterrupt(event, event.reason);
  });
  addEventListener("error", (event) => endIfInterrupt(event, event.error));
}

function endIfInterrupt(event: Event, error: unknown): void {
  if (!isInterrupt(error) || event.defaultPrevented) return;
  event.preventDefault();
  console.error(`error: Uncaught ${Deno.inspect(error)}`);
  addEventListener("unload", endByCtrlC);
  Deno.exit(130);
}

/** Whether an error is an interrupt, or one that suppresses another error at the end of a block. */
function isInterrupt(error: unknown): boolean {
  return error instanceof KeyboardInterrupt ||
    error instanceof SuppressedError && isInterrupt(error.error);
}
