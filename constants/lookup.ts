/** Names and values: Python's `errno` module and enumerations, names of options, and `hasattr`. */

import {
  type AddressFamilyName,
  type AddressInfoName,
  errnoNames,
  type ErrorNumbers,
  members,
  moduleNames,
  type MsgFlagName,
  notOnWindows,
  onlyOnLinux,
  onlyOnWindows,
  type SocketKindName,
} from "./generated/lists.js";
import { typeError } from "./stack.ts";
import {
  checkNumber,
  constant,
  isExported,
  isHere,
  isMissing,
  missing,
  table,
} from "./table.ts";
import type * as names from "./generated/names.js";
import "./generated/names.js"; // looks up the exported names, by which table.ts knows them
import { os } from "./platform.ts";

export type { ErrorNumbers } from "./generated/lists.js";
export type {
  AddressFamilyName,
  AddressInfoName,
  MsgFlagName,
  SocketKindName,
} from "./generated/lists.js";

// Error numbers: Python's `errno` module, and the texts that its `socket` has for Windows.

/**
 * The type of {@linkcode errno}: numbers by name, and names by number.
 * @category Errors
 */
export interface Errno extends ErrorNumbers {
  /** The name of each error number of the running platform. */
  readonly errorcode: Readonly<Record<number, keyof ErrorNumbers>>;
}

function collect(): Errno {
  const numbers: Record<string, number> = {};
  const errorcode: Record<number, string> = {};
  for (const name of errnoNames) {
    numbers[name] = constant(name);
    const value = table.constants[name];
    if (value !== undefined) errorcode[value] = name;
  }
  return Object.assign(numbers, { errorcode }) as unknown as Errno;
}

/**
 * The error numbers of the running platform by name, and their names by number in `errorcode`. A
 * name that the platform lacks is a stand-in, see {@linkcode isMissing}. On Windows, socket errors
 * have Winsock's numbers, as in Python.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { errno } from "@libc/socket";
 *
 * assertEquals(errno.errorcode[errno.EPIPE], "EPIPE");
 * ```
 * @category Errors
 */
export const errno: Errno = collect();

/**
 * Finds the POSIX name of an error number. Unlike `errno.errorcode`, it returns `ECONNREFUSED` on
 * Windows as well, where Python's name is `WSAECONNREFUSED`.
 *
 * @param value an error number of the running platform
 * @returns the name, or `undefined` if the platform has no such error
 * @throws {TypeError} if `value` is not a number
 * @throws {RangeError} if `value` is a constant that this platform lacks
 * @category Errors
 */
export function errorName(value: number): keyof ErrorNumbers | undefined {
  checkNumber("value", value);
  const name: keyof ErrorNumbers | undefined = errno.errorcode[value];
  if (!name?.startsWith("WSAE")) return name;
  const plain = name.slice("WSA".length) as keyof ErrorNumbers;
  return table.constants[plain] === value ? plain : name;
}

/**
 * Texts of Winsock's error numbers, as Python's `socket` has them. Windows: elsewhere this is a
 * stand-in without texts, see {@linkcode isMissing}, and `hasattr("errorTab")` is false. The
 * `strerror` of an `OSError` is the system's own text, on every platform.
 * @category Errors
 */
export const errorTab: Readonly<Record<number, string>> = os === "windows"
  ? (await import("./error_tab.json", { with: { type: "json" } })).default
  : missing("errorTab") as unknown as Record<number, string>;

// Names of socket options and control messages: a number means another thing at each level.

/** The options of one level, and its control messages. */
interface Level {
  /** The constant that names the level, and others that programs write in its place. */
  readonly level: string;
  /** Matches the names of its options, and of control messages that are called as an option. */
  readonly options: RegExp;
  /** Matches the names of its control messages that no option has. */
  readonly control?: RegExp;
  /** Whether the names are among those that {@linkcode others} matches. */
  readonly areOthers?: boolean;
}

/** The last name of a range, which is not the name of a value. */
const limit = /_MAX$/;

/**
 * Matches the names that begin as options do but are an option's values, limits and flags, or
 * options of another level; by the beginning of the name.
 */
const others: Readonly<Record<string, RegExp>> = {
  SO_:
    /^SO_(VM_|J1939_|RDS_|EE_|L2CAP_|RFCOMM_|SCO_|HCI_|BTH_|TRACKER_|SYNCHRONOUS_|TS_(?!CLOCK$)|VENDOR$)/,
  IP_:
    /^IP_(DEFAULT_|PMTUDISC|PORTRANGE_|MAX_|MIN_|UNSPECIFIED_|(DF|MF|RF|MSS|MAXPACKET|OFFMASK)$)/,
  IPV6_:
    /^IPV6_(ADDR_|DEFAULT_|FL_|FW_|MAX_|MIN_|PMTUDISC_|PORTRANGE_|PREFER_SRC_|PRIORITY_|RTHDR_|TLV_)/,
  TCP_:
    /^TCP_(NLA_|CA_|AO_KEYF|COOKIE_(IN|OUT|MIN|MAX|PAIR)|ENCAP_|FLAG_|ICW_|INITIAL_RTO_D|INITIAL_RTO_[NU]|MAX_|MD5SIG_|OFFLOAD_|RECEIVE_ZEROCOPY_|REPAIR_O[NF]|S_DATA|TLS_MODE|.*_LEN(_MAX)?$|.*KEYLEN$|.*NAME_MAX$|(CLOSE|CLOSE_WAIT|CLOSING|ESTABLISHED|FIN_WAIT[12]|LAST_ACK|LISTEN|SYN_RECV|SYN_SENT|TIME_WAIT|MSS|MAXBURST|MAXOLEN|NO_QUEUE|QUEUES_NR|RECV_QUEUE|SEND_QUEUE|RESERVED_BITS)$)/,
  UDP_: /^UDP_(ENCAP_|VENDOR)/,
};

// SO_ORIGINAL_DST is an option of SOL_SOCKET on Windows only.
const isAtIP = "IP6T_SO_ORIGINAL_DST" in table.constants;

const levels: readonly Level[] = [
  {
    level: "SOL_SOCKET",
    options: isAtIP ? /^SO_(?!ORIGINAL_DST$)/ : /^SO_/,
    control: /^SCM_(?!CAN_|HCI_|J1939_|TSTAMP_)/,
  },
  {
    level: "IPPROTO_IP",
    options: isAtIP
      ? /^(IP_|MCAST_(JOIN|LEAVE|BLOCK|UNBLOCK|MSFILTER)|SO_ORIGINAL_DST$)/
      : /^(IP_|MCAST_(JOIN|LEAVE|BLOCK|UNBLOCK|MSFILTER))/,
    control: /^IP_(ORIGDSTADDR|HOPLIMIT|ECN)$/,
  },
  {
    level: "IPPROTO_IPV6",
    options: /^(IPV6_|MCAST_(JOIN|LEAVE|BLOCK|UNBLOCK|MSFILTER)|IP6T_SO_)/,
    control: /^IPV6_(ORIGDSTADDR|ECN|PKTINFO|HOPLIMIT)$/,
  },
  { level: "IPPROTO_TCP", options: /^TCP_/, control: /^TCP_CM_/ },
  { level: "IPPROTO_UDP", options: /^UDP_/, control: /^UDP_COALESCED_INFO$/ },
  {
    level: "SOL_TLS",
    options: /^TLS_(TX|RX)/,
    control: /^TLS_[GS]ET_RECORD_TYPE$/,
  },
  { level: "SOL_ALG", options: /^ALG_SET_/ },
  { level: "SOL_CAN_RAW", options: /^CAN_RAW_(?!XL_VCID_)/ },
  {
    level: "SOL_CAN_J1939",
    options: /^SO_J1939_/,
    control: /^SCM_J1939_/,
    areOthers: true,
  },
  {
    level: "SOL_NETLINK",
    options:
      /^NETLINK_((ADD|DROP)_MEMBERSHIP|PKTINFO|BROADCAST_ERROR|NO_ENOBUFS|[RT]X_RING|LISTEN_ALL_NSID|LIST_MEMBERSHIPS|CAP_ACK|EXT_ACK|GET_STRICT_CHK)$/,
  },
  {
    level: "SOL_PACKET",
    options:
      /^PACKET_((ADD|DROP)_MEMBERSHIP|RECV_OUTPUT|[RT]X_RING|STATISTICS|COPY_THRESH|AUXDATA|ORIGDEV|VERSION|HDRLEN|RESERVE|LOSS|VNET_HDR(_SZ)?|(TX_)?TIMESTAMP|TX_HAS_OFF|QDISC_BYPASS|ROLLOVER_STATS|FANOUT|FANOUT_DATA|IGNORE_OUTGOING)$/,
  },
  { level: "AF_VSOCK", options: /^SO_VM_SOCKETS_/, areOthers: true },
];

/**
 * Returns the names with a prefix, except those that are an option's values or belong to another
 * level, if the prefix is that of a level's options.
 */
export function namesWith(prefix: string): string[] {
  const not = Object.hasOwn(others, prefix) ? others[prefix] : undefined;
  return Object.keys(table.constants).filter((name) =>
    name.startsWith(prefix) && !limit.test(name) && !not?.test(name)
  );
}

/** Whether a name begins as options do but is none of that level. */
function isOther(name: string): boolean {
  return Object.values(others).some((pattern) => pattern.test(name));
}

/** The names that match, by their values: of several, Python's name or the first. */
function named(pattern: RegExp, areOthers: boolean): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, value] of Object.entries(table.constants)) {
    if (!pattern.test(name) || limit.test(name) || names.has(value)) continue;
    if (areOthers || !isOther(name)) names.set(value, name);
  }
  return names;
}

interface Names {
  readonly name: string;
  readonly options: ReadonlyMap<number, string>;
  readonly control: ReadonlyMap<number, string>;
}

const byLevel = new Map<number, Names | undefined>();

/** The names of a level, collected when they are asked for the first time. */
function namesAt(level: number): Names | undefined {
  if (!byLevel.has(level)) {
    const found = levels.find((each) => table.constants[each.level] === level);
    byLevel.set(
      level,
      found && {
        name: found.level,
        options: named(found.options, found.areOthers ?? false),
        control: named(found.control ?? /^$/, true),
      },
    );
  }
  return byLevel.get(level);
}

const levelPrefixes = ["SOL_", "IPPROTO_"];

/** The name of a level; its number if it has none. */
function levelName(level: number): string {
  const known = namesAt(level);
  if (known) return known.name;
  const { constants } = table;
  // Up to 255, a level is the number of a protocol; a few levels have the same number as another.
  const prefixes = level > 255 ? levelPrefixes : levelPrefixes.toReversed();
  for (const prefix of prefixes) {
    const name = Object.keys(constants).find((each) =>
      each.startsWith(prefix) && !limit.test(each) && constants[each] === level
    );
    if (name !== undefined) return name;
  }
  return String(level);
}

/**
 * Names a socket option for display, with its level: numbers mean another option at each.
 *
 * @param level the level, such as `SOL_SOCKET`
 * @param optname the option
 * @returns both names, such as `"SOL_SOCKET, SO_REUSEADDR"`; a number in place of one that has no
 * name here
 * @throws {TypeError} if an argument is not a number
 * @throws {RangeError} if it is a constant that this platform lacks
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { optionName, SO_REUSEADDR, SOL_SOCKET } from "@libc/socket";
 *
 * assertEquals(optionName(SOL_SOCKET, SO_REUSEADDR), "SOL_SOCKET, SO_REUSEADDR");
 * assertEquals(optionName(SOL_SOCKET, 9999), "SOL_SOCKET, 9999");
 * ```
 * @category Constants
 */
export function optionName(level: number, optname: number): string {
  checkNumber("level", level);
  checkNumber("optname", optname);
  const name = namesAt(level)?.options.get(optname) ?? optname;
  return `${levelName(level)}, ${name}`;
}

/**
 * Names a control message for display, with its level.
 *
 * @param cmsg_level the level, such as `SOL_SOCKET`
 * @param cmsg_type the type
 * @returns both names, such as `"SOL_SOCKET, SCM_RIGHTS"`; a number in place of one that has no
 * name here
 * @throws {TypeError} if an argument is not a number
 * @throws {RangeError} if it is a constant that this platform lacks
 * @category Constants
 */
export function controlName(cmsg_level: number, cmsg_type: number): string {
  checkNumber("cmsg_level", cmsg_level);
  checkNumber("cmsg_type", cmsg_type);
  const names = namesAt(cmsg_level);
  const name = names?.control.get(cmsg_type) ?? names?.options.get(cmsg_type) ??
    cmsg_type;
  return `${levelName(cmsg_level)}, ${name}`;
}

// The enumerations of Python's `socket`: constants by name, and names by value.

/**
 * The name of a public constant.
 * @category Constants
 */
export type ConstantName = keyof typeof names;

/**
 * Constants by name and names by value, like a numeric enum of TypeScript. If several names share a
 * value, the value's name is the one that Python shows. A name that the running platform lacks is a
 * stand-in, see {@linkcode isMissing}.
 * @category Constants
 */
export type Enumeration<Names extends ConstantName> =
  & { readonly [N in Names]: (typeof names)[N] }
  & { readonly [value: number]: string | undefined };

function enumerate<Names extends ConstantName>(
  names: readonly Names[],
): Enumeration<Names> {
  const enumeration: Record<string | number, unknown> = {};
  for (const name of names) {
    const value = constant(name);
    enumeration[name] = value;
    // Python's names come first, and the first name of a value stays.
    if (!isMissing(value)) enumeration[value] ??= name;
  }
  return enumeration as Enumeration<Names>;
}

/**
 * Address families: `AddressFamily.AF_INET` is `AF_INET`, `AddressFamily[AF_INET]` is `"AF_INET"`.
 * @category Constants
 */
export const AddressFamily: Enumeration<AddressFamilyName> = enumerate(
  members.AF_,
);

/**
 * Socket types: `SocketKind[SOCK_STREAM]` is `"SOCK_STREAM"`.
 * @category Constants
 */
export const SocketKind: Enumeration<SocketKindName> = enumerate(
  members.SOCK_,
);

/**
 * Message flags: `MsgFlag[MSG_PEEK]` is `"MSG_PEEK"`.
 * @category Constants
 */
export const MsgFlag: Enumeration<MsgFlagName> = enumerate(
  members.MSG_,
);

/**
 * Flags of `getaddrinfo()`: `AddressInfo[AI_PASSIVE]` is `"AI_PASSIVE"`.
 * @category Constants
 */
export const AddressInfo: Enumeration<AddressInfoName> = enumerate(
  members.AI_,
);

const namesByPrefix = new Map<string, ReadonlyMap<number, string>>();

/** The names with a prefix, Python's first. If it is an enumeration's, only its members count. */
function candidates(prefix: string): readonly string[] {
  return Object.hasOwn(members, prefix)
    ? members[prefix as keyof typeof members]
    : namesWith(prefix);
}

/** The names of values on the running platform, among the names with a prefix. */
function namesOf(prefix: string): ReadonlyMap<number, string> {
  const known = namesByPrefix.get(prefix);
  if (known) return known;
  const names = new Map<number, string>();
  for (const name of candidates(prefix)) {
    const value = table.constants[name];
    if (value !== undefined && !names.has(value)) names.set(value, name);
  }
  namesByPrefix.set(prefix, names);
  return names;
}

/**
 * Finds the name of a value for display. If several names share the value, it is the one that
 * Python shows. With `"SO_"`, `"IP_"`, `"IPV6_"`, `"TCP_"` and `"UDP_"`, it is an option of that
 * one level; `optionName()` names an option of any level.
 *
 * @param prefix how the name begins, such as `"AF_"`
 * @param value the constant's value on the running platform
 * @returns the name, or `undefined` if no constant with that prefix has the value
 * @throws {TypeError} if `prefix` is not a string, or `value` is not a number
 * @throws {RangeError} if `value` is a constant that this platform lacks
 * @category Constants
 */
export function constantName(
  prefix: string,
  value: number,
): string | undefined {
  if (typeof prefix !== "string") {
    throw typeError(`prefix must be a string, not ${typeof prefix}`);
  }
  checkNumber("value", value);
  return namesOf(prefix).get(value);
}

// Checks whether the running platform has a name of Python's `socket`.

// Python lacks these on Windows; this library implements them by Winsock's functions.
const messages = [
  "CMSG_LEN",
  "CMSG_SPACE",
  "recvmsg",
  "recvmsg_into",
  "sendmsg",
];

/**
 * Checks whether the running platform has a constant, a function, a class or a socket method, like
 * Python's `hasattr(socket, name)` and `hasattr(socket.socket, name)`.
 *
 * @param name the name, such as `"AF_CAN"` or `"recvmsg"`
 * @returns true if the platform has it; false for unknown names
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { hasattr } from "@libc/socket";
 *
 * assert(hasattr("AF_INET"));
 * assert(!hasattr("AF_NOWHERE"));
 * ```
 * @category Constants
 */
export function hasattr(name: string): boolean {
  if (isExported(name)) return isHere(name);
  if (name === "errorTab" || onlyOnWindows.includes(name)) {
    return os === "windows";
  }
  if (notOnWindows.includes(name)) {
    return os !== "windows" || messages.includes(name);
  }
  if (onlyOnLinux.includes(name)) return os === "linux";
  return moduleNames.includes(name);
}
