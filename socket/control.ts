/** Control messages by kind: asking for them, decoding and encoding them. */

import { nameClasses, table, unavailable } from "../constants/table.ts";
import { AF_INET, AF_INET6 } from "../constants/mod.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import {
  bytes,
  describe,
  instance,
  integer,
  string,
} from "../errors/arguments.ts";
import { OSError } from "../errors/errors.ts";
import type { Address } from "./address/types.ts";
import { SocketBase } from "./base.ts";
import {
  type AncillaryInput,
  type AncillaryItem,
  CMSG_SPACE,
  collect,
} from "./operations/ancillary.ts";
import type {
  ControlInput,
  ControlKind,
  ControlMessage,
  ControlMessageOf,
} from "./structures/control.ts";
import {
  decodeItem,
  kindOf,
  runningControl,
} from "./structures/control_decode.ts";
import { encodeItem } from "./structures/control_encode.ts";

let create: (items: readonly AncillaryItem[]) => ControlMessages;

/**
 * The control messages that came with a message, as {@linkcode decodeControl} returns them. Each is
 * decoded when it is asked for. At the end of a `using` block, received descriptors that were not
 * taken are closed. Not constructible directly.
 * @category Messages
 */
export class ControlMessages implements Iterable<ControlMessage>, Disposable {
  readonly #items: readonly AncillaryItem[];
  readonly #kinds: readonly ControlKind[];
  readonly #decoded: ControlMessage[] = [];

  static {
    create = (items) => new ControlMessages(items);
  }

  private constructor(items: readonly AncillaryItem[]) {
    this.#items = items;
    this.#kinds = items.map(([level, type]) =>
      kindOf(level, type, runningControl)
    );
    // Descriptors need their owner at once: what is never asked for must not stay open.
    this.#kinds.forEach((kind, i) => {
      if (kind === "rights" || kind === "pidfd") this.#at(i);
    });
  }

  /** How many there are. */
  get length(): number {
    return this.#items.length;
  }

  /**
   * Returns the first message of a kind.
   *
   * @param kind the kind, such as `"pktinfo"`
   * @returns the message, or `undefined` if there is none
   */
  get<K extends ControlKind>(kind: K): ControlMessageOf<K> | undefined {
    for (let i = 0; i < this.#kinds.length; i++) {
      if (this.#kinds[i] !== kind && kind !== "unknown") continue;
      const message = this.#at(i);
      // One that was cut short is of kind "unknown", whatever its type says.
      if (message.kind === kind) return message as ControlMessageOf<K>;
    }
    return undefined;
  }

  /** Iterates over all messages, in the order in which they came. */
  *[Symbol.iterator](): Generator<ControlMessage, void, undefined> {
    for (let i = 0; i < this.#items.length; i++) yield this.#at(i);
  }

  /** Closes the received descriptors that were not taken. */
  [Symbol.dispose](): void {
    for (const message of this.#decoded) {
      if (message?.kind === "rights" || message?.kind === "pidfd") {
        message.fds.close();
      }
    }
  }

  /** What `console.log` shows: all messages. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string = String,
    options?: unknown,
  ): string {
    if (!(#items in this)) return `${describe(this)} {}`; // the prototype
    return `ControlMessages ${inspect([...this], options)}`;
  }

  #at(index: number): ControlMessage {
    return this.#decoded[index] ??= decodeItem(this.#items[index]);
  }
}

nameClasses({ ControlMessages });

/**
 * Decodes the control messages that came with a message, each into an object whose `kind` says what
 * it is: `"pktinfo"`, `"ttl"`, `"tos"`, `"timestamp"`, `"rights"` … It is the same on every
 * platform, though the bytes differ. A message of no known kind, or one that was cut short, is
 * `"unknown"` and has its bytes.
 *
 * Received descriptors get an owner that closes what is not taken; their numbers in `ancdata`
 * become -1. So write `using control = decodeControl(ancdata)` where descriptors may come.
 *
 * @param ancdata the ancillary data that `recvmsg()` returned, or `ancdata()` of a `MessageVector`
 * @returns the messages, each decoded when it is asked for
 * @throws {TypeError} if it is not an iterable of `[cmsg_level, cmsg_type, cmsg_data]`
 *
 * @example A UDP server that answers from the address it was asked at
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "@libc/socket";
 *
 * using server = new socket.Socket(socket.AF_INET, socket.SOCK_DGRAM);
 * server.bind(["127.0.0.1", 0]);
 * socket.requestControl(server, "pktinfo");
 *
 * using client = new socket.Socket(socket.AF_INET, socket.SOCK_DGRAM);
 * client.sendto(new TextEncoder().encode("hello"), server.getsockname());
 *
 * const room = socket.controlSize("pktinfo");
 * const [data, ancdata, , address] = server.recvmsg(1500, room);
 * const asked = socket.decodeControl(ancdata).get("pktinfo");
 * assertEquals(asked?.addr, "127.0.0.1");
 * server.sendmsg([data], socket.encodeControl(asked), 0, address);
 * assertEquals(new TextDecoder().decode(client.recv(1500)), "hello");
 * ```
 * @see `cmsg(3)`
 * @category Messages
 */
export function decodeControl(
  ancdata: Iterable<AncillaryInput>,
): ControlMessages {
  return create(collect("ancdata", ancdata, received));
}

/** Checks an item; unlike those to send, its data is not copied. */
function received(name: string, item: unknown): AncillaryItem {
  if (!Array.isArray(item) || item.length !== 3) {
    throw typeError(
      `${name} must be [cmsg_level, cmsg_type, cmsg_data], not ${
        describe(item)
      }`,
    );
  }
  return [
    integer(`${name}: cmsg_level`, item[0]),
    integer(`${name}: cmsg_type`, item[1]),
    bytes(`${name}: cmsg_data`, item[2]),
  ];
}

/**
 * Encodes control messages for `sendmsg()` and `setAncdata()`, with the level, the type and the
 * size that the platform expects.
 *
 * @param messages the messages: as `decodeControl()` returns them, or objects with a `kind` and
 * what belongs to it; `undefined` and `null` are left out
 * @returns the ancillary data
 * @throws {TypeError} if one is of a kind that cannot be sent, or a part has the wrong type
 * @throws {RangeError} if a part is out of bounds, or the platform lacks the message
 *
 * @example
 * ```ts
 * import { encodeControl, IPPROTO_IPV6 } from "@libc/socket";
 *
 * const ancdata = encodeControl(
 *   { kind: "pktinfo", specDst: "2001:db8::1" }, // from this address
 *   { kind: "tos", level: IPPROTO_IPV6, dscp: 46, ecn: 2 }, // expedited, ECT(0)
 * );
 * ```
 * @see `cmsg(3)`
 * @category Messages
 */
export function encodeControl(
  ...messages: readonly (ControlInput | null | undefined)[]
): AncillaryItem[] {
  return messages
    .filter((message) => message !== undefined && message !== null)
    .map((message) => encodeItem(message));
}

/** The options that make the system send a kind, by family: the first that works counts. */
interface Request {
  /** Options of `AF_INET` sockets. */
  readonly ip?: readonly string[];
  /** Options of `AF_INET6` sockets. */
  readonly ipv6?: readonly string[];
  /** Options of any socket, with their level. */
  readonly any?: readonly (readonly [level: string, name: string])[];
  /** Whether IPv4 clients of an IPv6 socket need the option of IPv4 as well. */
  readonly both?: boolean;
  /** The value, if it is not 1. */
  readonly value?: (name: string) => number;
}

const { constants } = table;

/** The timestamps of received messages, of both kinds. */
const timestampFlags = [
  "SOF_TIMESTAMPING_RX_SOFTWARE",
  "SOF_TIMESTAMPING_SOFTWARE",
  "SOF_TIMESTAMPING_RX_HARDWARE",
  "SOF_TIMESTAMPING_RAW_HARDWARE",
];

/** What to request for each kind; nothing for those that come unasked. */
const requests: Readonly<Partial<Record<ControlKind, Request>>> = {
  pktinfo: {
    ip: ["IP_RECVPKTINFO", "IP_PKTINFO", "IP_RECVDSTADDR"],
    ipv6: ["IPV6_RECVPKTINFO", "IPV6_PKTINFO"],
  },
  interface: { ip: ["IP_RECVIF"] },
  ttl: {
    ip: ["IP_RECVTTL"],
    ipv6: ["IPV6_RECVHOPLIMIT", "IPV6_HOPLIMIT"],
    both: true,
  },
  tos: {
    ip: ["IP_RECVTOS", "IP_RECVECN"],
    ipv6: ["IPV6_RECVTCLASS", "IPV6_RECVECN"],
    both: true,
  },
  gro: {
    any: [
      ["IPPROTO_UDP", "UDP_GRO"],
      ["IPPROTO_UDP", "UDP_RECV_MAX_COALESCED_SIZE"],
    ],
    value: (name) => name === "UDP_GRO" ? 1 : 0xffff,
  },
  rxq_ovfl: { any: [["SOL_SOCKET", "SO_RXQ_OVFL"]] },
  mark: { any: [["SOL_SOCKET", "SO_RCVMARK"]] },
  origdstaddr: {
    ip: ["IP_RECVORIGDSTADDR"],
    ipv6: ["IPV6_RECVORIGDSTADDR"],
    both: true,
  },
  timestamp: {
    any: [["SOL_SOCKET", "SO_TIMESTAMPNS"], ["SOL_SOCKET", "SO_TIMESTAMP"]],
  },
  timestamping: {
    any: [["SOL_SOCKET", "SO_TIMESTAMPING"]],
    value: () =>
      timestampFlags.reduce((flags, name) => flags | constants[name], 0),
  },
  recverr: { ip: ["IP_RECVERR"], ipv6: ["IPV6_RECVERR"], both: true },
  credentials: {
    any: [["SOL_SOCKET", "SO_PASSCRED"], [
      "SOL_LOCAL",
      "LOCAL_CREDS_PERSISTENT",
    ]],
  },
  pidfd: { any: [["SOL_SOCKET", "SO_PASSPIDFD"]] },
  rights: {},
  tls_record: {},
};

/**
 * Asks the system to send control messages of some kinds along with each message that the socket
 * receives, by the options that its family and the platform have for it.
 *
 * `"timestamping"` requests timestamps of received messages; for those of sent messages, pass
 * `encodeControl({ kind: "timestamping", flags })` to `sendmsg()`. `"rights"` and `"tls_record"`
 * come unasked.
 *
 * @param socket the socket
 * @param kinds the kinds, such as `"pktinfo"`
 * @throws {OSError} if the socket is not of a type that has them
 * @throws {RangeError} if a kind is never received, the socket's family does not have it, or the
 * platform lacks it
 * @see `setsockopt(2)`
 * @category Messages
 */
export function requestControl<A extends Address>(
  socket: SocketBase<A>,
  ...kinds: readonly ControlKind[]
): void {
  instance("socket", socket, SocketBase, "a socket");
  const wanted = kinds.map((kind) => {
    if (Object.hasOwn(requests, string("kind", kind))) return requests[kind]!;
    throw rangeError(
      `kind must be one that can be received, not ${JSON.stringify(kind)}`,
    );
  });
  const isIPv6 = socket.family === AF_INET6;
  wanted.forEach((request, i) => {
    const { ip, ipv6, any, both } = request;
    if (ip === undefined && any === undefined) return;
    if (any === undefined && !isIPv6 && socket.family !== AF_INET) {
      throw rangeError(
        `socket must be of AF_INET or AF_INET6 to receive ${kinds[i]}`,
      );
    }
    set(
      socket,
      request,
      any ?? (isIPv6 ? at("IPPROTO_IPV6", ipv6) : at("IPPROTO_IP", ip)),
      kinds[i],
    );
    if (!isIPv6 || !both) return;
    try {
      set(socket, request, at("IPPROTO_IP", ip), kinds[i]);
    } catch (error) {
      // Not every system sends them to IPv6 sockets.
      if (!(error instanceof OSError || error instanceof RangeError)) {
        throw error;
      }
    }
  });
}

function at(
  level: string,
  names: readonly string[] = [],
): (readonly [level: string, name: string])[] {
  return names.map((name) => [level, name]);
}

/** Sets the first of several options that the platform has and that works. */
function set<A extends Address>(
  socket: SocketBase<A>,
  { value = () => 1 }: Request,
  options: readonly (readonly [level: string, name: string])[],
  kind: ControlKind,
): void {
  const known = options.filter(([level, name]) =>
    level in constants && name in constants
  );
  if (known.length === 0) throw unavailable(options[0]?.[1] ?? kind);
  let failure: unknown;
  for (const [level, name] of known) {
    try {
      socket.setsockopt(constants[level], constants[name], value(name));
      return;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** The most descriptors that Linux sends at once. */
const MAX_RIGHTS = 253;

/** The most data of each kind in bytes, on any platform. */
const sizes: Readonly<Partial<Record<ControlKind, number>>> = {
  pktinfo: 20,
  interface: 64,
  ttl: 4,
  tos: 4,
  gro: 4,
  gso: 4,
  rxq_ovfl: 4,
  mark: 4,
  origdstaddr: 28,
  timestamp: 16,
  timestamping: 48,
  txtime: 8,
  recverr: 44,
  credentials: 128,
  pidfd: 4,
  rights: 4 * MAX_RIGHTS,
  tls_record: 1,
};

/**
 * Returns the room that control messages of some kinds take at most: the `ancbufsize` of
 * `recvmsg()` and of a `MessageVector`.
 *
 * @param kinds the kinds, one of each
 * @returns the room in bytes
 * @throws {RangeError} if a kind is `"unknown"` or none
 * @see `cmsg(3)`
 * @category Messages
 */
export function controlSize(...kinds: readonly ControlKind[]): number {
  return kinds.reduce((room, kind) => {
    if (!Object.hasOwn(sizes, string("kind", kind))) {
      throw rangeError(
        `kind must be that of a control message, not ${JSON.stringify(kind)}`,
      );
    }
    return room + CMSG_SPACE(sizes[kind]!);
  }, 0);
}
