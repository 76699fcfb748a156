/** Connections and servers in one call, awaited. */

import { SOCK_STREAM } from "../constants/mod.ts";
import type {
  Address,
  AddressInput,
  Inet6Address,
  InetAddress,
} from "../socket/address/types.ts";
import { AsyncSocket } from "./socket.ts";
import type { WaitOptions } from "./driver.ts";
import {
  checkConnection,
  connectionError,
  type CreateConnectionOptions,
  type CreateServerOptions,
  serving,
} from "../socket/connect.ts";
import { OSError } from "../errors/errors.ts";
import { resolved } from "../socket/steps.ts";
import { driveSteps } from "./steps.ts";
import {
  type AddressInfoTuple,
  getaddrinfo,
} from "../socket/resolver/getaddrinfo.ts";

/** How long an attempt has before the next one joins it (RFC 8305). */
const ATTEMPT_DELAY_MS = 250;

type InternetSocket = AsyncSocket<InetAddress | Inet6Address>;

/**
 * Connects to a TCP service. Happy Eyeballs (RFC 8305): the host's addresses are tried in turn,
 * families alternating, each a quarter of a second after the one before or as soon as that fails; the
 * first connection that stands is taken and the others are closed.
 *
 * @param address host and port; the host is resolved for IPv4 and IPv6
 * @param timeout seconds for each attempt, `null` for none; the default timeout if left out
 * @param source_address the address to connect from; `""` and 0 let the system choose
 * @param options `all_errors`, a signal
 * @throws {OSError} the last attempt's error, if none succeeds
 * @throws {AggregateError} all errors, with `all_errors`
 * @throws {gaierror} if the host cannot be resolved
 */
export async function create_connection(
  address: readonly [host: string | null, port: number | string],
  timeout?: number | null,
  source_address?: readonly [host: string, port: number] | null,
  options: CreateConnectionOptions & WaitOptions = {},
): Promise<AsyncSocket<InetAddress | Inet6Address>> {
  const { signal } = options;
  signal?.throwIfAborted();
  checkConnection(address, timeout, source_address);
  const [host, port] = address;
  const found = await driveSteps(
    getaddrinfo(host, port, 0, SOCK_STREAM),
    options,
  );
  const errors: OSError[] = [];
  const socket = await firstConnected(
    alternating(found),
    (candidate, signal) =>
      connectTo(candidate, timeout, source_address ?? null, signal),
    errors,
    signal,
  );
  if (socket === undefined) throw connectionError(errors, options);
  return socket;
}

/** Reorders addresses so that the families alternate, the first staying first. */
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
 * Starts an attempt for each candidate, one after the other or overlapping if they are slow.
 *
 * @param errors where the errors of failed attempts go, in the order of the attempts
 * @returns what the first attempt that succeeds gives, `undefined` if none does
 */
export function firstConnected<T extends Disposable>(
  candidates: AddressInfoTuple[],
  connect: (candidate: AddressInfoTuple, signal: AbortSignal) => Promise<T>,
  errors: OSError[],
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  const over = new AbortController();
  const limits = signal === undefined
    ? over.signal
    : AbortSignal.any([signal, over.signal]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pending = 0;
  let started = 0;
  const end = (): void => {
    clearTimeout(timer);
    over.abort();
  };
  const next = (): void => {
    clearTimeout(timer);
    const candidate = candidates.shift();
    if (candidate === undefined) {
      if (pending === 0) resolve(undefined);
      return;
    }
    const at = started++;
    pending++;
    timer = setTimeout(next, ATTEMPT_DELAY_MS);
    connect(candidate, limits).then((connected) => {
      if (over.signal.aborted) return connected[Symbol.dispose](); // a tie: another was first
      end();
      resolve(connected);
    }, (error) => {
      pending--;
      if (over.signal.aborted) return;
      // The caller's reason to abort may be any error.
      if (error instanceof OSError && !signal?.aborted) {
        errors[at] = error;
        next();
      } else {
        end();
        reject(error);
      }
    });
  };
  next();
  return promise;
}

async function connectTo(
  [family, type, proto, , sockaddr]: AddressInfoTuple,
  timeout: number | null | undefined,
  source_address: readonly [host: string, port: number] | null,
  signal: AbortSignal,
): Promise<InternetSocket> {
  const socket: InternetSocket = new AsyncSocket(family, type, proto);
  try {
    if (timeout !== undefined) socket.settimeout(timeout);
    if (source_address !== null) {
      const steps = resolved(socket, source_address);
      socket.bind(await driveSteps(steps, { signal }) as typeof source_address);
    }
    await socket.connect(sockaddr, { signal });
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/**
 * Makes a TCP listener. Like the blocking `create_server`.
 *
 * @param address host (`""` for all interfaces) and port (0 lets the system choose)
 * @param options family, backlog, `reuse_port`, `dualstack_ipv6`, a signal
 * @throws {OSError} if the address is in use or not local: the message names it
 * @throws {RangeError} if an option is not available on this platform, or `dualstack_ipv6` is asked
 * of another family than `AF_INET6`
 */
export function create_server<A extends Address = InetAddress>(
  address: AddressInput<NoInfer<A>>,
  options: CreateServerOptions<A> & WaitOptions = {},
): Promise<AsyncSocket<A>> {
  return driveSteps(
    serving(
      (family) => new AsyncSocket<A>(family, SOCK_STREAM),
      address,
      options,
    ),
    options,
  );
}
