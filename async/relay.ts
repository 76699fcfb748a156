/** `relay`: two connections joined. */

import { SO_ERROR, SOL_SOCKET } from "../constants/mod.ts";
import { rangeError, recaptured, typeError } from "../constants/stack.ts";
import { describe, instance } from "../errors/arguments.ts";
import { osError, timedOut } from "../errors/errors.ts";
import { MAX_MS } from "../poll/ready.ts";
import type { Address } from "../socket/address/types.ts";
import {
  type Handle,
  handleOf,
  Pending,
} from "../socket/operations/attempt.ts";
import { intOption } from "../socket/operations/open.ts";
import { Pump } from "../socket/operations/pump.ts";
import { driverOf } from "./base.ts";
import { signalOf, type WaitOptions } from "./driver.ts";
import { endSending } from "./ending.ts";
import { AsyncSocket } from "./socket.ts";
import { passOn } from "./splice.ts";
import type { Perform } from "./steps.ts";

/**
 * Options of {@linkcode relay}.
 * @category Awaiting
 */
export interface RelayOptions extends WaitOptions {
  /**
   * How long, in seconds, no byte may move in either direction; `null` for no limit. By default the
   * shorter of the two sockets' timeouts.
   */
  readonly idleTimeout?: number | null | undefined;
}

/**
 * The promise of {@linkcode relay}, which also counts, while bytes move and after a failure.
 * @category Awaiting
 */
export interface Relay extends Promise<[sent: number, received: number]> {
  /** How many bytes have been passed on from `a` to `b` so far. */
  readonly sent: number;
  /** How many bytes have been passed on from `b` to `a` so far. */
  readonly received: number;
}

/**
 * Joins two connections: passes on the bytes that each of two sockets receives to the other, as
 * `splice()` does, until both streams have ended. The end of one stream is passed on at once
 * (`SHUT_WR`) while the other stream continues. Neither socket is closed.
 *
 * The sockets' timeouts do not limit each wait, as they do elsewhere: in a download, one direction
 * is silent for long. Together they are the default of `idleTimeout`, which ends the relay only if
 * both directions are silent for that long. With a timeout of 0 this rejects with
 * `BlockingIOError` as soon as it would have to wait.
 *
 * When one direction fails, the signal aborts, or a socket is closed here, the other direction ends
 * too, and this rejects with the first error, or the signal's reason. What was received and not yet
 * passed on goes out as far as there is room at once. A connection that is reset after its stream
 * has ended is seen at once, too (not on Windows, before the next byte for it).
 *
 * @param a a socket
 * @param b another socket
 * @param options `{ signal }`: aborting it ends both directions; `{ idleTimeout }` in seconds, more
 * than 0
 * @returns how many bytes were passed on from `a` to `b`, and from `b` to `a`. The promise itself
 * has these numbers too, as `sent` and `received`, at any time and also if it rejects
 * @throws {TimeoutError} if no byte moved for `idleTimeout` seconds
 * @throws {RangeError} if a socket is not of type `SOCK_STREAM`, or `idleTimeout` is out of bounds
 * @throws {TypeError} if `idleTimeout` is neither a number nor `null`
 * @throws {OSError} if receiving or sending fails, a socket is closed (`EBADF`), or no descriptor
 * is left for the pipes (`EMFILE`)
 *
 * @example A proxy
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { create_connection, create_server, relay, SHUT_WR } from "@libc/socket/async";
 *
 * using origin = await create_server(["127.0.0.1", 0]);
 * using proxy = await create_server(["127.0.0.1", 0]);
 * const client = await create_connection(proxy.getsockname());
 * const [near] = await proxy.accept();
 * const far = await create_connection(origin.getsockname());
 * const [server] = await origin.accept();
 *
 * const relaying = relay(near, far, { idleTimeout: 60 });
 * await client.sendall(new TextEncoder().encode("hello"));
 * client.shutdown(SHUT_WR);
 * await server.sendall(await server.recv(100));
 * server.close();
 * assertEquals(await relaying, [5, 5]);
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "hello");
 * for (const socket of [client, near, far]) socket.close();
 * ```
 * @category Awaiting
 */
export function relay(
  a: AsyncSocket<Address>,
  b: AsyncSocket<Address>,
  options?: RelayOptions,
): Relay {
  const pumps: Pump[] = [];
  return Object.defineProperties(join(a, b, options, pumps), {
    sent: { get: () => pumps[0]?.moved ?? 0 },
    received: { get: () => pumps[1]?.moved ?? 0 },
  }) as Relay;
}

/** Relays. Adds the pumps of both directions to `pumps`. */
async function join(
  a: AsyncSocket<Address>,
  b: AsyncSocket<Address>,
  options: RelayOptions | undefined,
  pumps: Pump[],
): Promise<[sent: number, received: number]> {
  instance("a", a, AsyncSocket, "an AsyncSocket");
  instance("b", b, AsyncSocket, "an AsyncSocket");
  const given = signalOf(options);
  given?.throwIfAborted();
  const seconds = idleSeconds(a, b, options?.idleTimeout);
  using there = new Pump(handleOf(a), handleOf(b));
  using back = new Pump(handleOf(b), handleOf(a));
  pumps.push(there, back);

  const failure = new AbortController();
  const signal = given === undefined
    ? failure.signal
    : AbortSignal.any([failure.signal, given]);
  using idle = seconds ? new IdleTimer(seconds, failure) : undefined;
  const timeout = seconds === 0 ? 0 : null;
  const perform: Perform = (socket, side, _options, attempt) => {
    const timed = idle === undefined ? attempt : (handle: Handle) => {
      const before = there.moved + back.moved;
      const result = attempt(handle);
      const hasMoved = !(result instanceof Pending) ||
        there.moved + back.moved > before;
      if (hasMoved) idle.restart();
      return result;
    };
    return driverOf(socket).drive(side, timeout, signal, timed, []);
  };

  /** The sockets whose streams have ended. */
  const ended = new Set<AsyncSocket<Address>>();
  const pass = async (
    pump: Pump,
    from: AsyncSocket<Address>,
    to: AsyncSocket<Address>,
  ): Promise<void> => {
    try {
      await passOn(pump, from, to, Infinity, { signal }, perform);
      endSending(to);
      ended.add(from);
      if (ended.size === 1) throwIfFailed(handleOf(from));
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  };

  using _watching = watchFailures([a, b], ended, (error) => {
    failure.abort(error);
  });
  const outcomes = await Promise.allSettled([
    pass(there, a, b),
    pass(back, b, a),
  ]);
  if (outcomes.some(({ status }) => status === "rejected")) {
    const { reason } = signal;
    const isGiven = given?.aborted && reason === given.reason;
    throw isGiven ? reason : recaptured(reason, join);
  }
  return [there.moved, back.moved];
}

/** Returns how many seconds no byte may move: 0 for no waiting at all, `null` for no limit. */
function idleSeconds(
  a: AsyncSocket<Address>,
  b: AsyncSocket<Address>,
  idleTimeout: unknown,
): number | null {
  if (idleTimeout === undefined) {
    const [one, other] = [a.timeout, b.timeout];
    return one === null || other === null ? one ?? other : Math.min(one, other);
  }
  if (idleTimeout === null) return null;
  if (typeof idleTimeout !== "number") {
    throw typeError(
      `idleTimeout must be a number of seconds or null, not ${
        describe(idleTimeout)
      }`,
    );
  }
  if (idleTimeout > 0 && idleTimeout <= 9e9) return idleTimeout;
  throw rangeError(
    `idleTimeout must be more than 0 and at most 9e9, not ${idleTimeout}`,
  );
}

// If this thread was busy, bytes may have come in time that it has not moved yet.
const GRACE_MS = 10;

/** Aborts with a `TimeoutError` unless it is restarted in time. */
class IdleTimer implements Disposable {
  readonly #milliseconds: number;
  readonly #over: AbortController;
  #since = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(seconds: number, over: AbortController) {
    this.#milliseconds = seconds * 1000;
    this.#over = over;
    this.#arm(this.#milliseconds);
  }

  /** Starts the time again. */
  restart(): void {
    this.#since = performance.now();
  }

  #arm(milliseconds: number, isLast = false): void {
    this.#timer = setTimeout(
      () => this.#look(isLast),
      Math.min(Math.ceil(milliseconds), MAX_MS),
    );
    Deno.unrefTimer(this.#timer); // the relay decides whether the process stays alive
  }

  #look(isLast: boolean): void {
    const left = this.#since + this.#milliseconds - performance.now();
    if (left > 0) this.#arm(left);
    else if (isLast) this.#over.abort(timedOut());
    else this.#arm(GRACE_MS, true);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

const untilFailure = new Pending("read", "splice");

/**
 * Reports the failure of sockets whose streams have ended, and sockets that are closed here, until
 * it is disposed of. Other failures are left to receiving, which first has what came before them.
 */
function watchFailures(
  sockets: AsyncSocket<Address>[],
  ended: ReadonlySet<AsyncSocket<Address>>,
  report: (error: unknown) => void,
): Disposable {
  const over = new AbortController();
  for (const socket of sockets) {
    const attempt = (handle: Handle): Pending => {
      if (ended.has(socket)) throwIfFailed(handle);
      return untilFailure;
    };
    driverOf(socket).drive("failure", null, over.signal, attempt, [])
      .catch((error) => {
        if (!over.signal.aborted) report(error);
      });
  }
  return { [Symbol.dispose]: () => over.abort() };
}

/** Throws the error of a connection that has failed. */
function throwIfFailed(handle: Handle): void {
  const code = intOption(handle, SOL_SOCKET, SO_ERROR);
  if (code !== 0) throw osError(code, "splice");
}
