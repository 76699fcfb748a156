/** `create_connection` and `create_server`, awaited. */

import { SOCK_STREAM } from "../constants/mod.ts";
import { recaptured } from "../constants/stack.ts";
import { optionsLast } from "../errors/arguments.ts";
import { OSError } from "../errors/errors.ts";
import type {
  AddressInput,
  AddressOf,
  Inet6Address,
  InetAddress,
} from "../socket/address/types.ts";
import {
  type AttemptEvent,
  connectionError,
  connectionParameters,
  type CreateConnectionOptions,
  type CreateServerOptions,
  makeSocket,
  reporter,
  serving,
} from "../socket/connect.ts";
import {
  type AddressInfoTuple,
  getaddrinfo,
} from "../socket/resolver/addrinfo.ts";
import { tracedSocket, traceHere } from "../socket/open_sockets.ts";
import { resolved } from "../socket/driver.ts";
import { signalOf, type WaitOptions } from "./driver.ts";
import { AsyncSocket } from "./socket.ts";
import { driveSteps } from "./steps.ts";

/** How long an attempt has before the next one starts beside it (RFC 8305). */
const ATTEMPT_DELAY_MS = 250;

type InternetSocket = AsyncSocket<InetAddress | Inet6Address>;

/**
 * Connects to a TCP service; the host name is resolved on another thread.
 *
 * Uses Happy Eyeballs (RFC 8305): the attempts alternate between IPv4 and IPv6 addresses, and each
 * starts 250 ms after the one before, or as soon as that one fails. The first connection that
 * succeeds is returned, and the sockets of the other attempts are closed.
 *
 * @param address host and port; the host is resolved for IPv4 and IPv6
 * @param timeout seconds for each attempt, `null` for none; the default timeout if left out
 * @param source_address the address to connect from; `""` and 0 let the system choose
 * @param options `all_errors`, `socket_factory`, `onAttempt`; `signal`: aborting it rejects with
 * the signal's reason and closes the sockets of all attempts. They may stand in place of the
 * parameters before them, and have these by name: `create_connection(address, { timeout: 5 })`
 * @returns the connected socket
 * @throws {OSError} the last attempt's error, if none succeeds
 * @throws {AggregateError} all errors, with `all_errors`
 * @throws {gaierror} if the host cannot be resolved
 * @throws {TypeError} if an address is not `[host, port]`, the timeout is not a number, or
 * `socket_factory` returns no `AsyncSocket`
 * @throws {RangeError} if a port or the timeout is out of bounds
 * @see {@link https://docs.python.org/3/library/socket.html#socket.create_connection}, `connect(2)`
 * @category Awaiting
 */
export async function create_connection(
  address: readonly [host: string | null, port: number | string],
  timeout?:
    | number
    | null
    | (
      & CreateConnectionOptions<AsyncSocket<InetAddress | Inet6Address>>
      & WaitOptions
    ),
  source_address?:
    | readonly [host: string, port: number]
    | null
    | (
      & CreateConnectionOptions<AsyncSocket<InetAddress | Inet6Address>>
      & WaitOptions
    ),
  options?:
    & CreateConnectionOptions<AsyncSocket<InetAddress | Inet6Address>>
    & WaitOptions,
): Promise<AsyncSocket<InetAddress | Inet6Address>> {
  [timeout, source_address, options] = optionsLast(
    timeout,
    source_address,
    options,
  );
  const signal = signalOf(options);
  signal?.throwIfAborted();
  const { seconds, source, all_errors, socket_factory, onAttempt } =
    connectionParameters(address, timeout, source_address, options);
  const [host, port] = address;
  const found = await driveSteps(
    getaddrinfo(host, port, 0, SOCK_STREAM),
    options,
  );
  const errors: OSError[] = [];
  try {
    const socket = await firstConnected(
      alternating(found),
      async (info, signal) => {
        const socket = makeSocket(
          AsyncSocket<InetAddress | Inet6Address>,
          "an AsyncSocket",
          info,
          socket_factory,
        );
        await connectTo(socket, info[4], seconds, source, signal);
        return socket;
      },
      errors,
      signal,
      onAttempt ?? undefined,
    );
    if (socket !== undefined) {
      traceHere(socket);
      return socket;
    }
  } catch (error) {
    throw signal?.aborted ? error : recaptured(error, create_connection);
  }
  throw connectionError(errors, all_errors);
}

/** Reorders addresses so that the families alternate. The first address stays first. */
export function alternating(
  found: readonly AddressInfoTuple[],
): AddressInfoTuple[] {
  const firsts = found.filter(([family]) => family === found[0][0]);
  const others = found.filter(([family]) => family !== found[0][0]);
  const length = Math.max(firsts.length, others.length);
  return Array.from({ length }, (_, i) => [firsts[i], others[i]]).flat()
    .filter((candidate) => candidate !== undefined);
}

/**
 * Starts an attempt for each candidate, one after the other, or overlapping if they are slow.
 *
 * @param errors receives the errors of failed attempts, in the order of the attempts
 * @param onAttempt is called with what happens to each attempt
 * @returns the result of the first attempt that succeeds, `undefined` if none does
 */
export function firstConnected<T extends Disposable>(
  candidates: AddressInfoTuple[],
  connect: (candidate: AddressInfoTuple, signal: AbortSignal) => Promise<T>,
  errors: OSError[],
  signal: AbortSignal | undefined,
  onAttempt?: (event: AttemptEvent) => void,
): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  const over = new AbortController();
  const limits = signal === undefined
    ? over.signal
    : AbortSignal.any([signal, over.signal]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let started = 0;
  /** How to report what happens to the pending attempts. */
  const pending = new Map<number, ReturnType<typeof reporter>>();
  const end = (): void => {
    if (timer !== undefined) clearTimeout(timer);
    over.abort();
    for (const report of pending.values()) report?.("abandon");
  };
  /** Calls a function that may call the program's. If that throws, all is over. */
  const guarded = (report: () => void): boolean => {
    try {
      report();
      return true;
    } catch (error) {
      reject(error); // the first reason counts
      if (!over.signal.aborted) guarded(end);
      return false;
    }
  };
  const next = (): void => {
    if (timer !== undefined) clearTimeout(timer);
    const candidate = candidates.shift();
    if (candidate === undefined) {
      if (pending.size === 0) resolve(undefined);
      return;
    }
    const at = started++;
    const report = reporter(onAttempt, candidate);
    if (!guarded(() => report?.("start"))) return;
    pending.set(at, report);
    if (candidates.length > 0) timer = setTimeout(next, ATTEMPT_DELAY_MS);
    connect(candidate, limits).then((connected) => {
      if (over.signal.aborted) return connected[Symbol.dispose](); // a tie
      pending.delete(at);
      const isReported = guarded(() => {
        report?.("success");
        end();
      });
      if (isReported) resolve(connected);
      else connected[Symbol.dispose]();
    }, (error) => {
      if (over.signal.aborted) return;
      // The signal's reason may be an OSError too: after an abort, no further address is tried.
      if (error instanceof OSError && !signal?.aborted) {
        pending.delete(at);
        errors[at] = error;
        if (guarded(() => report?.("failure", error))) next();
      } else {
        reject(error);
        guarded(end);
      }
    });
  };
  next();
  return promise;
}

/** Connects a socket, and closes it if that fails. */
async function connectTo(
  socket: InternetSocket,
  address: InetAddress | Inet6Address,
  timeout: number | null | undefined,
  source_address: readonly [host: string, port: number] | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (timeout !== undefined) socket.settimeout(timeout);
    if (source_address !== undefined) {
      const steps = resolved(socket.family, source_address);
      socket.bind(await driveSteps(steps, { signal }) as typeof source_address);
    }
    await socket.connect(address, { signal });
  } catch (error) {
    socket.close();
    throw error;
  }
}

/**
 * Makes a TCP listener; a host name is resolved on another thread. Like the blocking
 * `create_server`.
 *
 * @param address host (`""` for all interfaces) and port (0 lets the system choose)
 * @param options family, backlog, `reuse_port`, `dualstack_ipv6`, `socket_factory`; `signal`:
 * aborting it while the name is resolved rejects with the signal's reason
 * @returns the listener
 * @throws {OSError} if the address is in use or not local; the message names it
 * @throws {gaierror} if a host name cannot be resolved
 * @throws {RangeError} if an option is not available on this platform, or `dualstack_ipv6` is given
 * for another family than `AF_INET6`
 * @see {@link https://docs.python.org/3/library/socket.html#socket.create_server}, `listen(2)`
 * @category Awaiting
 */
export function create_server<F extends number | undefined = undefined>(
  address: AddressInput<AddressOf<NoInfer<F>>>,
  options?:
    & CreateServerOptions<F, AsyncSocket<InetAddress | Inet6Address>>
    & WaitOptions,
): Promise<AsyncSocket<AddressOf<F>>> {
  return tracedSocket(driveSteps(
    serving(AsyncSocket<AddressOf<F>>, "an AsyncSocket", address, options),
    options,
  ));
}
