/**
 * Requests and their replies. The steps are written once: a step is a call of the socket, whose
 * result a blocking socket has at once, and an awaiting one promises.
 */

import type { AsyncSocket } from "../async/socket.ts";
import type { WaitOptions } from "../async/driver.ts";
import {
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  NLMSG_OVERRUN,
} from "../constants/generated/door_netlink.js";
import {
  AF_NETLINK,
  MSG_PEEK,
  MSG_TRUNC,
  NETLINK_EXT_ACK,
  SOL_NETLINK,
} from "../constants/mod.ts";
import { rangeError } from "../constants/stack.ts";
import { instance, optionsOf } from "../errors/arguments.ts";
import {
  EINTR,
  ENOBUFS,
  ENOPROTOOPT,
  OSError,
  osError,
} from "../errors/errors.ts";
import type { NetlinkAddress } from "../socket/address/types.ts";
import { SocketBase } from "../socket/base.ts";
import { Socket } from "../socket/socket.ts";
import { errorOf } from "./error.ts";
import {
  decodeMessages,
  encodeMessage,
  type MessageFormat,
  type NetlinkMessage,
} from "./message.ts";
import { converting } from "./values.ts";

/**
 * Options of {@linkcode request}.
 * @category Netlink
 */
export interface RequestOptions extends WaitOptions {
  /** Further flags, such as `NLM_F_CREATE | NLM_F_EXCL`. */
  readonly flags?: number | undefined;
}

/** A socket of netlink, of either kind. */
type NetlinkSocket = Socket<NetlinkAddress> | AsyncSocket<NetlinkAddress>;

/** What is remembered of a socket. */
interface State {
  /** The end of the last exchange that was begun: those of an awaiting socket queue. */
  last: Promise<void>;
  /** The sequence number of a dump that was not received to its end. */
  unfinished: number | undefined;
}

const states = new WeakMap<NetlinkSocket, State>();

let lastSequenceNumber = 0;

/** Steps: calls of the socket, of which the driver returns the results. */
// deno-lint-ignore no-explicit-any -- each step has another result
type Steps<T> = Generator<unknown, T, any>;

/** The state of a socket, which is prepared at its first use. */
function stateOf(socket: NetlinkSocket): State {
  instance("socket", socket, SocketBase, "a socket");
  let state = states.get(socket);
  if (state !== undefined) return state;
  if (socket.family as number !== AF_NETLINK as number) {
    throw rangeError("socket must be of the family AF_NETLINK");
  }
  try {
    socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, true);
  } catch (error) {
    // Linux before 4.12 has no texts.
    if (!(error instanceof OSError && error.errno === ENOPROTOOPT)) throw error;
  }
  state = { last: Promise.resolve(), unfinished: undefined };
  states.set(socket, state);
  return state;
}

/** The size of a buffer that holds what the kernel puts into one datagram, apart from rare ones. */
const USUAL = 32768;

/** Receives the messages of one datagram of the kernel. */
function* receiving(
  socket: NetlinkSocket,
  options: WaitOptions | undefined,
): Steps<NetlinkMessage[]> {
  const common = socket as AsyncSocket<NetlinkAddress>;
  let buffer = new Uint8Array(USUAL);
  for (;;) {
    const look = MSG_PEEK | MSG_TRUNC;
    const [length] = yield common.recvfrom_into(buffer, 0, look, options);
    if (length > buffer.length) buffer = new Uint8Array(length);
    const [count, [pid]] = yield common.recvfrom_into(buffer, 0, 0, options);
    // Whoever may can send to this socket, but only the kernel has the port 0.
    if (pid === 0) return decodeMessages(buffer.subarray(0, count));
  }
}

/** Receives the replies to a request, until `isLast` says so. */
function* replies(
  socket: NetlinkSocket,
  seq: number,
  options: WaitOptions | undefined,
  isLast: (message: NetlinkMessage) => boolean,
): Steps<NetlinkMessage[]> {
  const found: NetlinkMessage[] = [];
  for (;;) {
    const [port] = socket.getsockname();
    for (const message of yield* receiving(socket, options)) {
      if (message.seq !== seq || message.pid !== port) continue;
      if (message.type === NLMSG_NOOP) continue;
      if (message.type === NLMSG_OVERRUN) throw osError(ENOBUFS, "netlink");
      if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
        const error = errorOf(message);
        if (error !== undefined) throw error;
        if (isLast(message)) return found;
      } else found.push(message);
    }
  }
}

/** Sends a request; returns its sequence number. */
function* sending(
  socket: NetlinkSocket,
  type: number,
  flags: number,
  payload: Uint8Array<ArrayBuffer>,
  options: WaitOptions | undefined,
): Steps<number> {
  const seq = lastSequenceNumber = lastSequenceNumber % 0xffffffff + 1;
  const message = encodeMessage({ type, flags, seq, payload });
  const common = socket as AsyncSocket<NetlinkAddress>;
  yield common.sendto(message, 0, KERNEL, options);
  return seq;
}

const KERNEL: NetlinkAddress = [0, 0];

/** Receives the rest of a dump that was left: the kernel begins no other before its end. */
function* finishing(
  socket: NetlinkSocket,
  state: State,
  options: WaitOptions | undefined,
): Steps<void> {
  const { unfinished } = state;
  if (unfinished === undefined) return;
  try {
    yield* replies(
      socket,
      unfinished,
      options,
      ({ type }) => type === NLMSG_DONE,
    );
  } catch (error) {
    if (!(error instanceof OSError && error.syscall === "netlink")) throw error;
    // It ended with an error, which concerned whoever left it.
  }
  state.unfinished = undefined;
}

function* requesting(
  socket: NetlinkSocket,
  state: State,
  type: number,
  flags: number,
  payload: Uint8Array<ArrayBuffer>,
  options: WaitOptions | undefined,
): Steps<NetlinkMessage[]> {
  yield* finishing(socket, state, options);
  const all = flags | NLM_F_REQUEST | NLM_F_ACK;
  const seq = yield* sending(socket, type, all, payload, options);
  // Some replies have several parts, which NLMSG_DONE ends; the acknowledgement comes last.
  return yield* replies(
    socket,
    seq,
    options,
    (message) => message.type === NLMSG_ERROR,
  );
}

/** How often a dump is made that changes interrupt. */
const MAX_DUMPS = 20;

function* dumping(
  socket: NetlinkSocket,
  state: State,
  type: number,
  flags: number,
  payload: Uint8Array<ArrayBuffer>,
  options: WaitOptions | undefined,
): Steps<NetlinkMessage[]> {
  yield* finishing(socket, state, options);
  for (let i = 0; i < MAX_DUMPS; i++) {
    const all = flags | NLM_F_REQUEST | NLM_F_DUMP;
    const seq = yield* sending(socket, type, all, payload, options);
    state.unfinished = seq;
    let interrupted = false;
    try {
      const found = yield* replies(socket, seq, options, (last) => {
        interrupted = (last.flags & NLM_F_DUMP_INTR) !== 0;
        return last.type === NLMSG_DONE;
      });
      state.unfinished = undefined;
      interrupted ||= found.some((one) => (one.flags & NLM_F_DUMP_INTR) !== 0);
      if (!interrupted) return found;
    } catch (error) {
      // The kernel's own error is the end of the dump.
      if (error instanceof OSError && error.syscall === "netlink") {
        state.unfinished = undefined;
      }
      throw error;
    }
  }
  const { strerror } = osError(EINTR);
  throw new OSError(
    EINTR,
    `${strerror}: changes interrupted the dump ${MAX_DUMPS} times`,
    { syscall: "netlink" },
  );
}

/** Drives steps whose calls have their results at once. */
function drive<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next(step.value);
  return step.value;
}

/** Drives steps whose calls are promised. */
async function driveAwaiting<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    let result: unknown;
    try {
      result = await step.value;
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(result);
  }
  return step.value;
}

/** Drives the steps of an awaiting socket once those before have ended. */
async function driveInTurn<T>(
  state: State,
  signal: AbortSignal | undefined,
  steps: Steps<T>,
): Promise<T> {
  const before = state.last;
  const { promise, resolve } = Promise.withResolvers<void>();
  state.last = promise;
  try {
    await before;
    signal?.throwIfAborted();
    return await driveAwaiting(steps);
  } finally {
    resolve();
  }
}

const isBlocking = (socket: unknown): boolean => socket instanceof Socket;

/**
 * Sends a request, and returns the replies once the kernel acknowledges it.
 *
 * Messages that are no replies are skipped: use a socket of its own for the messages of groups.
 * Several requests of an awaiting socket queue.
 *
 * @param socket a socket of the family `AF_NETLINK`; awaiting ones promise the result
 * @param type the type of the message, such as `RTM_NEWLINK`, or the id of a generic family
 * @param format the format of the message and of its replies
 * @param fields what the message says: the structure's fields, and `attributes`
 * @param options `{ flags, signal }`: further flags, such as `NLM_F_CREATE | NLM_F_EXCL`
 * @returns the replies, decoded: none for most requests that change something
 * @throws {OSError} the kernel's error, whose `strerror` has the kernel's own text and whose
 * `cause` is an {@linkcode ExtendedAck}; or that of sending or receiving
 * @throws {RangeError} if the socket is of another family, or a value is out of bounds
 *
 * @example The interface with a name
 * ```ts ignore
 * import { AF_NETLINK, NETLINK_ROUTE, SOCK_RAW, Socket } from "@libc/socket";
 * import { ifinfomsg, request, RTM_GETLINK } from "@libc/socket/netlink";
 *
 * using socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
 * const [lo] = request(socket, RTM_GETLINK, ifinfomsg, { attributes: { IFLA_IFNAME: "lo" } });
 * console.log(lo.index, lo.attributes.IFLA_MTU); // 1 65536
 * ```
 * @category Netlink
 */
export function request<T, I>(
  socket: Socket<NetlinkAddress>,
  type: number,
  format: MessageFormat<T, I>,
  fields?: I,
  options?: RequestOptions,
): T[];
/**
 * Sends a request by an awaiting socket. See the blocking form.
 *
 * @param socket a socket of the family `AF_NETLINK`
 * @param type the type of the message
 * @param format the format of the message and of its replies
 * @param fields what the message says
 * @param options `{ flags, signal }`: aborting rejects with the signal's reason; the request may
 * have been carried out
 * @returns the replies, decoded
 * @throws {OSError} the kernel's error, or that of sending or receiving
 */
export function request<T, I>(
  socket: AsyncSocket<NetlinkAddress>,
  type: number,
  format: MessageFormat<T, I>,
  fields?: I,
  options?: RequestOptions,
): Promise<T[]>;
export function request<T, I>(
  socket: NetlinkSocket,
  type: number,
  format: MessageFormat<T, I>,
  fields?: I,
  options?: RequestOptions,
): T[] | Promise<T[]> {
  const state = stateOf(socket);
  const { flags = 0, signal } = optionsOf(options);
  const content = converting("format", format).encode(fields);
  const waiting = { signal };
  const steps = requesting(socket, state, type, flags, content, waiting);
  const decoded = (messages: NetlinkMessage[]): T[] =>
    messages.map(({ payload }) => format.decode(payload));
  return isBlocking(socket)
    ? decoded(drive(steps))
    : driveInTurn(state, signal, steps).then(decoded);
}

/**
 * Asks for all objects of a kind, and iterates over them.
 *
 * All are received before the first is returned, and decoded one by one. If the objects changed
 * meanwhile, the kernel marks the dump as inconsistent (`NLM_F_DUMP_INTR`), and it is made again.
 * So a program may send other requests, and leave the loop, at any time.
 *
 * With the socket option `NETLINK_GET_STRICT_CHK` newer kernels return only what fits the fields,
 * such as the addresses of one interface.
 *
 * @param socket a socket of the family `AF_NETLINK`; for an awaiting one iterate with `for await`
 * @param type the type of the request, such as `RTM_GETLINK`
 * @param format the format of the messages
 * @param fields what the request says; all 0 if left out
 * @param options `{ flags, signal }`
 * @returns the objects
 * @throws {InterruptedError} if changes interrupted the dump 20 times
 * @throws {OSError} the kernel's error, or that of sending or receiving
 *
 * @example The interfaces
 * ```ts ignore
 * import { AF_NETLINK, NETLINK_ROUTE, SOCK_RAW, Socket } from "@libc/socket";
 * import { dump, ifinfomsg, RTM_GETLINK } from "@libc/socket/netlink";
 *
 * using socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
 * for (const { index, attributes } of dump(socket, RTM_GETLINK, ifinfomsg)) {
 *   console.log(index, attributes.IFLA_IFNAME);
 * }
 * ```
 * @category Netlink
 */
export function dump<T, I>(
  socket: Socket<NetlinkAddress>,
  type: number,
  format: MessageFormat<T, I>,
  fields?: I,
  options?: RequestOptions,
): Generator<T, void, void>;
/**
 * Asks for all objects of a kind by an awaiting socket. See the blocking form.
 *
 * @param socket a socket of the family `AF_NETLINK`
 * @param type the type of the request, such as `RTM_GETLINK`
 * @param format the format of the messages
 * @param fields what the request says; all 0 if left out
 * @param options `{ flags, signal }`: aborting throws the signal's reason
 * @returns the objects
 * @throws {InterruptedError} if changes interrupted the dump 20 times
 * @throws {OSError} the kernel's error, or that of sending or receiving
 */
export function dump<T, I>(
  socket: AsyncSocket<NetlinkAddress>,
  type: number,
  format: MessageFormat<T, I>,
  fields?: I,
  options?: RequestOptions,
): AsyncGenerator<T, void, void>;
export function dump<T, I>(
  socket: NetlinkSocket,
  type: number,
  format: MessageFormat<T, I>,
  fields?: I,
  options?: RequestOptions,
): Generator<T, void, void> | AsyncGenerator<T, void, void> {
  const state = stateOf(socket);
  const { flags = 0, signal } = optionsOf(options);
  const content = converting("format", format).encode(fields);
  const steps = () => dumping(socket, state, type, flags, content, { signal });
  return isBlocking(socket)
    ? decodedEach(() => drive(steps()), format)
    : decodedLater(() => driveInTurn(state, signal, steps()), format);
}

function* decodedEach<T, I>(
  messages: () => NetlinkMessage[],
  format: MessageFormat<T, I>,
): Generator<T, void, void> {
  for (const { payload } of messages()) yield format.decode(payload);
}

async function* decodedLater<T, I>(
  messages: () => Promise<NetlinkMessage[]>,
  format: MessageFormat<T, I>,
): AsyncGenerator<T, void, void> {
  for (const { payload } of await messages()) yield format.decode(payload);
}

/**
 * Receives the messages of one datagram: those of the groups that the socket has subscribed to.
 *
 * @param socket a socket of the family `AF_NETLINK`, for nothing else; awaiting ones promise
 * @returns the messages, in order; decode their payloads by the format that fits the type
 * @throws {OSError} `ENOBUFS` if the kernel dropped messages because there was no room for them:
 * ask for everything again
 * @category Netlink
 */
export function receive(socket: Socket<NetlinkAddress>): NetlinkMessage[];
/**
 * Receives the messages of one datagram by an awaiting socket. See the blocking form.
 *
 * @param socket a socket of the family `AF_NETLINK`, for nothing else
 * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
 * @returns the messages, in order
 * @throws {OSError} `ENOBUFS` if the kernel dropped messages
 */
export function receive(
  socket: AsyncSocket<NetlinkAddress>,
  options?: WaitOptions,
): Promise<NetlinkMessage[]>;
export function receive(
  socket: NetlinkSocket,
  options?: WaitOptions,
): NetlinkMessage[] | Promise<NetlinkMessage[]> {
  stateOf(socket);
  const steps = receiving(socket, options);
  return isBlocking(socket) ? drive(steps) : driveAwaiting(steps);
}
