/** Encodes control messages as the items of `sendmsg`, as the platform expects them. */

import { missing } from "../../constants/table.ts";
import { rangeError, typeError } from "../../constants/stack.ts";
import { bytes, describe, integer, string } from "../../errors/arguments.ts";
import { parseIPv4 } from "../address/inet.ts";
import { type AncillaryItem, collect } from "../operations/ancillary.ts";
import type { ControlInput } from "./control.ts";
import { type ControlContext, runningControl } from "./control_decode.ts";
import { encodeStruct, structOf } from "./fields.ts";
import { packetInfo6Bytes, packetInfoBytes } from "./ancillary.ts";

type Data = Uint8Array<ArrayBuffer>;
type InputOf<K extends ControlInput["kind"]> = Extract<
  ControlInput,
  { readonly kind: K }
>;

/** The level and type of an item by name, and its data. */
type Named = readonly [level: string, type: string, data: Data];

/** Returns the first of several constants that the platform has, by name; else the first. */
function firstOf(
  { constants }: ControlContext,
  ...names: readonly [string, ...string[]]
): string {
  return names.find((name) => name in constants) ?? names[0];
}

/** Encodes an integer in host order (little-endian). */
function whole(value: number | bigint, size: 1 | 2 | 4 | 8): Data {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, BigInt(value), true);
  return data.slice(0, size);
}

function pktinfo(
  { ifindex = 0, specDst }: InputOf<"pktinfo">,
  context: ControlContext,
): Named {
  const { constants, layout } = context;
  if (string("specDst", specDst).includes(":")) {
    return [
      "IPPROTO_IPV6",
      "IPV6_PKTINFO",
      packetInfo6Bytes(ifindex, specDst, layout, "specDst"),
    ];
  }
  if ("IP_PKTINFO" in constants || !("IP_SENDSRCADDR" in constants)) {
    const data = packetInfoBytes(ifindex, specDst, layout);
    return ["IPPROTO_IP", "IP_PKTINFO", data];
  }
  // FreeBSD takes the address alone.
  const address = parseIPv4(specDst);
  if (address < 0) {
    throw rangeError(`specDst must be an IP address, not ${specDst}`);
  }
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, address);
  return ["IPPROTO_IP", "IP_SENDSRCADDR", octets];
}

/** Returns whether a level is IPv6's, and refuses what is none of IP's. */
function isIPv6(level: unknown, { constants }: ControlContext): boolean {
  const number = integer("level", level);
  if (number === constants.IPPROTO_IPV6) return true;
  if (number === constants.IPPROTO_IP) return false;
  throw rangeError("level must be IPPROTO_IP or IPPROTO_IPV6");
}

function ttl(
  { level, ttl }: InputOf<"ttl">,
  context: ControlContext,
): Named {
  const data = whole(integer("ttl", ttl, 0, 255), 4);
  return isIPv6(level, context)
    ? ["IPPROTO_IPV6", "IPV6_HOPLIMIT", data]
    : ["IPPROTO_IP", "IP_TTL", data];
}

function tos(
  { level, ecn, dscp }: InputOf<"tos">,
  context: ControlContext,
): Named {
  const congestion = integer("ecn", ecn ?? 0, 0, 3);
  const codePoint = integer("dscp", dscp ?? 0, 0, 63);
  const { constants } = context;
  const version6 = isIPv6(level, context);
  // Windows lets programs set ECN alone.
  if ("IP_ECN" in constants && (dscp === undefined || dscp === null)) {
    const data = whole(congestion, 4);
    return version6
      ? ["IPPROTO_IPV6", "IPV6_ECN", data]
      : ["IPPROTO_IP", "IP_ECN", data];
  }
  const value = codePoint << 2 | congestion;
  if (version6) return ["IPPROTO_IPV6", "IPV6_TCLASS", whole(value, 4)];
  // FreeBSD takes one byte and nothing else.
  const size = "IP_SENDSRCADDR" in constants ? 1 : 4;
  return ["IPPROTO_IP", "IP_TOS", whole(value, size)];
}

function gso({ size }: InputOf<"gso">, context: ControlContext): Named {
  const type = firstOf(context, "UDP_SEGMENT", "UDP_SEND_MSG_SIZE");
  const length = integer("size", size, 1, 0xffff);
  return ["IPPROTO_UDP", type, whole(length, type === "UDP_SEGMENT" ? 2 : 4)];
}

function mark({ mark }: InputOf<"mark">): Named {
  const value = integer("mark", mark, 0, 0xffffffff);
  return ["SOL_SOCKET", "SO_MARK", whole(value, 4)];
}

function txtime({ time }: InputOf<"txtime">): Named {
  const value = typeof time === "bigint"
    ? time
    : BigInt(integer("time", time, 0, Number.MAX_SAFE_INTEGER));
  if (value < 0n || value >= 1n << 64n) {
    throw rangeError(`time must be 0-${(1n << 64n) - 1n}, not ${value}`);
  }
  return ["SOL_SOCKET", "SCM_TXTIME", whole(value, 8)];
}

function timestamping({ flags }: InputOf<"timestamping">): Named {
  const value = integer("flags", flags, 0, 0xffffffff);
  return ["SOL_SOCKET", "SO_TIMESTAMPING", whole(value, 4)];
}

function credentials(
  { pid, uid, gid }: InputOf<"credentials">,
  context: ControlContext,
): Named {
  const { layout } = context;
  if ("cmsgcred" in layout) {
    return ["SOL_SOCKET", "SCM_CREDS", new Uint8Array(layout.cmsgcred.size)];
  }
  const data = encodeStruct(structOf(layout, "ucred"), {
    pid: integer("pid", pid),
    uid: integer("uid", uid, 0, 0xffffffff),
    gid: integer("gid", gid, 0, 0xffffffff),
  });
  return ["SOL_SOCKET", "SCM_CREDENTIALS", data];
}

function rights({ fds }: InputOf<"rights">): Named {
  const numbers = collect("fds", fds, (name, fd) => integer(name, fd));
  const data = new Uint8Array(new Int32Array(numbers).buffer);
  return ["SOL_SOCKET", "SCM_RIGHTS", data];
}

function tlsRecord({ recordType }: InputOf<"tls_record">): Named {
  const value = integer("recordType", recordType, 0, 255);
  return ["SOL_TLS", "TLS_SET_RECORD_TYPE", whole(value, 1)];
}

const encoders: Readonly<
  Record<string, (input: never, context: ControlContext) => Named>
> = {
  pktinfo,
  ttl,
  tos,
  gso,
  mark,
  txtime,
  timestamping,
  credentials,
  rights,
  tls_record: tlsRecord,
};

/**
 * Encodes one control message.
 *
 * @throws {TypeError} if it is not a control message that can be sent
 * @throws {RangeError} if a part is out of bounds, or the platform lacks the message
 */
export function encodeItem(
  message: ControlInput,
  context: ControlContext = runningControl,
): AncillaryItem {
  if (typeof message !== "object" || message === null) {
    throw typeError(
      `messages must be control messages, not ${describe(message)}`,
    );
  }
  const { kind } = message;
  if (kind === "unknown") {
    const { level, type, data } = message;
    return [
      integer("level", level),
      integer("type", type),
      bytes("data", data).slice(),
    ];
  }
  if (!Object.hasOwn(encoders, string("kind", kind))) {
    throw typeError(
      `kind must be one that can be sent, not ${JSON.stringify(kind)}`,
    );
  }
  const [level, type, data] = encoders[kind](message as never, context);
  const number = (name: string): number =>
    integer(kind, context.constants[name] ?? missing(name));
  return [number(level), number(type), data];
}
