/**
 * Decodes control messages: for each kind, the levels and types that carry it on any platform, and
 * the function that reads it. An integer has as many bytes as the platform sends: `IP_TOS` has one
 * on Linux, `IP_RECVTTL` one on macOS and FreeBSD, and both four on Windows.
 */

import { controlName } from "../../constants/lookup.ts";
import { type Field, in_recverr } from "../../ffi/layout/mod.ts";
import type { AddressCodec, CodecContext } from "../address/codec.ts";
import { formatIPv4 } from "../address/inet.ts";
import { addressIn, codecOf } from "../address/registry.ts";
import type { AncillaryItem } from "../operations/ancillary.ts";
import { context as running } from "../resolver/addrinfo.ts";
import type { ControlKind, ControlMessage } from "./control.ts";
import { moveDescriptors } from "./descriptors.ts";
import {
  type ExtendedError,
  extendedError,
  packetInfo,
  packetInfo6,
  timespec,
  timestamping,
  timeval,
} from "./ancillary.ts";
import { signed, unsigned } from "./fields.ts";
import { credentials } from "./options.ts";

/** A platform: what its bytes mean. */
export interface ControlContext extends CodecContext {
  /** The codec of an address family. */
  readonly codec: (family: number) => AddressCodec;
}

/** The running platform. */
export const runningControl: ControlContext = { ...running, codec: codecOf };

/** What a decoder reads: the data of one message. */
type Data = Uint8Array<ArrayBuffer>;

/** Reads the fields of a message; returns `undefined` if there are too few bytes for it. */
type Read = (data: Data, context: ControlContext) => object | undefined;

/** What one kind of message is on one level. */
type Form = readonly [
  kind: ControlKind,
  level: string,
  types: readonly string[],
  read: Read,
];

/** Reads an integer of 1, 2, 4 or 8 bytes. */
function whole(data: Data): number | undefined {
  const size = [8, 4, 2, 1].find((each) => each <= data.byteLength);
  if (size === undefined) return undefined;
  return Number(unsigned(viewOf(data), { at: 0, size }));
}

function viewOf(data: Data): DataView<ArrayBuffer> {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/** Makes a reader of a message that is one integer. */
const integerAs = (name: string): Read => (data) => {
  const value = whole(data);
  return value === undefined ? undefined : { [name]: value };
};

const isMulticast4 = (address: string) => {
  const first = parseInt(address);
  return first >= 224; // with the broadcast address
};

function pktinfo(data: Data, { layout }: ControlContext): object | undefined {
  const struct = layout.in_pktinfo;
  if (struct === undefined || data.byteLength < struct.size) return undefined;
  const { ifindex, addr, specDst } = packetInfo(data, layout);
  return { ifindex, addr, specDst: answering(addr, specDst) };
}

function dstaddr(data: Data): object | undefined {
  if (data.byteLength < 4) return undefined;
  const addr = formatIPv4(viewOf(data).getUint32(0));
  return { ifindex: 0, addr, specDst: answering(addr, addr) };
}

/** The address to answer from; if only a multicast address is known, the system chooses. */
function answering(addr: string, specDst: string): string {
  return specDst === addr && isMulticast4(addr) ? "0.0.0.0" : specDst;
}

function pktinfo6(data: Data, { layout }: ControlContext): object | undefined {
  if (data.byteLength < layout.in6_pktinfo.size) return undefined;
  const { ifindex, addr } = packetInfo6(data, layout);
  return { ifindex, addr, specDst: addr.startsWith("ff") ? "::" : addr };
}

/** Reads a `sockaddr_dl`, or on Windows the index alone. */
function incomingInterface(
  data: Data,
  context: ControlContext,
): object | undefined {
  if (data.byteLength === 4) return { ifindex: whole(data), name: "" };
  const { sockaddr_dl } = context.layout;
  if (!sockaddr_dl?.sdl_nlen || data.byteLength < sockaddr_dl.sdl_data.at) {
    return undefined;
  }
  const { sdl_index, sdl_nlen, sdl_data } = sockaddr_dl;
  const view = viewOf(data);
  const length = Number(unsigned(view, sdl_nlen));
  return {
    ifindex: Number(unsigned(view, sdl_index)),
    name: new TextDecoder().decode(
      data.subarray(sdl_data.at, sdl_data.at + length),
    ),
  };
}

function tos(data: Data): object | undefined {
  const value = whole(data);
  if (value === undefined) return undefined;
  return { ecn: value & 3, dscp: value >> 2 & 0x3f };
}

function ecn(data: Data): object | undefined {
  const value = whole(data);
  return value === undefined ? undefined : { ecn: value & 3, dscp: null };
}

function originalDestination(data: Data, context: ControlContext): object {
  return { address: addressIn(data, context, context.codec) };
}

/** Makes a reader of a timestamp in a struct. */
const timeIn = (
  name: string,
  read: typeof timeval,
  clock: "realtime" | "monotonic",
): Read =>
(data, { layout }) =>
  data.byteLength < (layout[name]?.size ?? Infinity)
    ? undefined
    : { clock, ...read(data, layout) };

const SECONDS: Field = { at: 0, size: 8 };

/** Reads FreeBSD's `struct bintime`: seconds, and 2^-64ths of one. */
function bintime(data: Data): object | undefined {
  if (data.byteLength < 16) return undefined;
  const view = viewOf(data);
  const fraction = view.getBigUint64(8, true);
  return {
    clock: "realtime",
    seconds: Number(signed(view, SECONDS)),
    nanoseconds: Number(fraction * 1_000_000_000n >> 64n),
  };
}

function threeTimes(
  data: Data,
  { layout }: ControlContext,
): object | undefined {
  if (data.byteLength < 3 * (layout.timespec?.size ?? Infinity)) {
    return undefined;
  }
  return { ...timestamping(data, layout) };
}

function transmitTime(data: Data): object | undefined {
  if (data.byteLength < 8) return undefined;
  return { time: viewOf(data).getBigUint64(0, true) };
}

function error(data: Data, context: ControlContext): object | undefined {
  const { layout } = context;
  if ("sock_extended_err" in layout) {
    if (data.byteLength < layout.sock_extended_err.size) return undefined;
    return { error: extendedError(data, context, context.codec) };
  }
  if (data.byteLength < in_recverr.size) return undefined;
  const view = viewOf(data);
  const windowsError: ExtendedError = {
    errno: 0,
    origin: Number(unsigned(view, in_recverr.protocol)),
    type: Number(unsigned(view, in_recverr.type)),
    code: Number(unsigned(view, in_recverr.code)),
    info: Number(unsigned(view, in_recverr.info)),
    data: 0,
    offender: null,
  };
  return { error: windowsError };
}

function linuxCredentials(
  data: Data,
  { layout }: ControlContext,
): object | undefined {
  if (data.byteLength < (layout.ucred?.size ?? Infinity)) return undefined;
  return { ...credentials(data, layout) };
}

/**
 * Reads FreeBSD's credentials. `SCM_CREDS` carries a `cmsgcred` if the sender passed it, and a
 * `sockcred` if the receiver set `LOCAL_CREDS`; their sizes tell them apart.
 */
function freebsdCredentials(
  data: Data,
  { layout }: ControlContext,
): object | undefined {
  const { cmsgcred, sockcred } = layout;
  if (cmsgcred === undefined) return undefined;
  const field = ({ at, size }: Field) =>
    Number(unsigned(viewOf(data), { at, size }));
  if (data.byteLength === cmsgcred.size) {
    return {
      pid: field(cmsgcred.cmcred_pid),
      uid: field(cmsgcred.cmcred_euid),
      gid: field(cmsgcred.cmcred_gid),
    };
  }
  if (data.byteLength < sockcred.sc_ngroups.at) return undefined;
  return {
    pid: null,
    uid: field(sockcred.sc_euid),
    gid: field(sockcred.sc_egid),
  };
}

function freebsdCredentials2(
  data: Data,
  { layout: { sockcred2 } }: ControlContext,
): object | undefined {
  if (!sockcred2 || data.byteLength < sockcred2.sc_ngroups.at) {
    return undefined;
  }
  const field = ({ at, size }: Field) =>
    Number(unsigned(viewOf(data), { at, size }));
  return {
    pid: field(sockcred2.sc_pid),
    uid: field(sockcred2.sc_euid),
    gid: field(sockcred2.sc_egid),
  };
}

const descriptors: Read = (data) => ({ fds: moveDescriptors(data) });

/** Every kind that is decoded. Of two with the same level and type, the first counts. */
const forms: readonly Form[] = [
  ["pktinfo", "IPPROTO_IP", ["IP_PKTINFO"], pktinfo],
  ["pktinfo", "IPPROTO_IP", ["IP_RECVDSTADDR"], dstaddr],
  ["pktinfo", "IPPROTO_IPV6", ["IPV6_PKTINFO"], pktinfo6],
  ["interface", "IPPROTO_IP", ["IP_RECVIF"], incomingInterface],
  ["ttl", "IPPROTO_IP", ["IP_TTL", "IP_RECVTTL"], integerAs("ttl")],
  ["ttl", "IPPROTO_IPV6", ["IPV6_HOPLIMIT"], integerAs("ttl")],
  ["tos", "IPPROTO_IP", ["IP_TOS", "IP_RECVTOS", "IP_TCLASS"], tos],
  ["tos", "IPPROTO_IPV6", ["IPV6_TCLASS"], tos],
  ["tos", "IPPROTO_IP", ["IP_ECN"], ecn],
  ["tos", "IPPROTO_IPV6", ["IPV6_ECN"], ecn],
  ["gro", "IPPROTO_UDP", ["UDP_GRO", "UDP_COALESCED_INFO"], integerAs("size")],
  [
    "gso",
    "IPPROTO_UDP",
    ["UDP_SEGMENT", "UDP_SEND_MSG_SIZE"],
    integerAs(
      "size",
    ),
  ],
  ["rxq_ovfl", "SOL_SOCKET", ["SO_RXQ_OVFL"], integerAs("dropped")],
  ["mark", "SOL_SOCKET", ["SO_MARK"], integerAs("mark")],
  ["origdstaddr", "IPPROTO_IP", ["IP_ORIGDSTADDR"], originalDestination],
  ["origdstaddr", "IPPROTO_IPV6", ["IPV6_ORIGDSTADDR"], originalDestination],
  [
    "timestamp",
    "SOL_SOCKET",
    ["SCM_TIMESTAMP", "SO_TIMESTAMP_NEW"],
    timeIn("timeval", timeval, "realtime"),
  ],
  [
    "timestamp",
    "SOL_SOCKET",
    ["SCM_TIMESTAMPNS", "SO_TIMESTAMPNS_NEW", "SCM_REALTIME"],
    timeIn("timespec", timespec, "realtime"),
  ],
  [
    "timestamp",
    "SOL_SOCKET",
    ["SCM_MONOTONIC"],
    timeIn("timespec", timespec, "monotonic"),
  ],
  ["timestamp", "SOL_SOCKET", ["SCM_BINTIME"], bintime],
  [
    "timestamping",
    "SOL_SOCKET",
    ["SCM_TIMESTAMPING", "SO_TIMESTAMPING_NEW"],
    threeTimes,
  ],
  ["txtime", "SOL_SOCKET", ["SCM_TXTIME"], transmitTime],
  ["recverr", "IPPROTO_IP", ["IP_RECVERR"], error],
  ["recverr", "IPPROTO_IPV6", ["IPV6_RECVERR"], error],
  ["credentials", "SOL_SOCKET", ["SCM_CREDENTIALS"], linuxCredentials],
  ["credentials", "SOL_SOCKET", ["SCM_CREDS"], freebsdCredentials],
  ["credentials", "SOL_SOCKET", ["SCM_CREDS2"], freebsdCredentials2],
  ["pidfd", "SOL_SOCKET", ["SCM_PIDFD"], descriptors],
  ["rights", "SOL_SOCKET", ["SCM_RIGHTS"], descriptors],
  [
    "tls_record",
    "SOL_TLS",
    ["TLS_GET_RECORD_TYPE", "TLS_SET_RECORD_TYPE"],
    integerAs("recordType"),
  ],
];

/** The forms of a platform, by level and type. */
type Index = ReadonlyMap<number, ReadonlyMap<number, Form>>;

/** The forms that each platform has. Made at first use: most programs decode no messages. */
const indices = new WeakMap<CodecContext["constants"], Index>();

function indexOf({ constants }: ControlContext): Index {
  let index = indices.get(constants) as Map<number, Map<number, Form>>;
  if (index !== undefined) return index;
  index = new Map();
  for (const form of forms) {
    const level = constants[form[1]];
    if (level === undefined) continue;
    let types = index.get(level);
    if (types === undefined) index.set(level, types = new Map());
    for (const name of form[2]) {
      const type = constants[name];
      if (type !== undefined && !types.has(type)) types.set(type, form);
    }
  }
  indices.set(constants, index);
  return index;
}

/** Returns the kind of a control message on the platform, from its level and type alone. */
export function kindOf(
  level: number,
  type: number,
  context: ControlContext,
): ControlKind {
  return indexOf(context).get(level)?.get(type)?.[0] ?? "unknown";
}

/** What `console.log` shows of a decoded message: the kind, level and type by name, the rest. */
const shown = Object.create(Object.prototype, {
  [Symbol.for("Deno.customInspect")]: { value: show },
  [Symbol.for("nodejs.util.inspect.custom")]: {
    value(
      this: ControlMessage,
      _depth: number,
      options: unknown,
      inspect: Inspect,
    ) {
      return show.call(this, inspect, options);
    },
  },
});

type Inspect = (value: unknown, options?: unknown) => string;

function show(
  this: ControlMessage,
  inspect: Inspect,
  options?: unknown,
): string {
  const { kind, level, type, ...rest } = this;
  return `${kind} (${controlName(level, type)}) ${inspect(rest, options)}`;
}

/**
 * Decodes one control message.
 *
 * @param item its level, type and data
 * @param context the platform
 * @returns the message; of kind `"unknown"` if it is none of the others, or too short for one.
 * Descriptors are moved out of the data to their owner
 */
export function decodeItem(
  [level, type, data]: Readonly<AncillaryItem>,
  context: ControlContext = runningControl,
): ControlMessage {
  const form = indexOf(context).get(level)?.get(type);
  const fields = form?.[3](data, context);
  return (fields === undefined
    ? { __proto__: shown, kind: "unknown", level, type, data }
    : { __proto__: shown, kind: form![0], level, type, ...fields }) as never;
}
