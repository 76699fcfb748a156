/** Names of socket options and control messages: a number means another thing at each level. */

import { checkNumber } from "./missing.ts";
import { table } from "./table.ts";

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
 * import { optionName, SO_REUSEADDR, SOL_SOCKET } from "../mod.ts";
 *
 * assertEquals(optionName(SOL_SOCKET, SO_REUSEADDR), "SOL_SOCKET, SO_REUSEADDR");
 * assertEquals(optionName(SOL_SOCKET, 9999), "SOL_SOCKET, 9999");
 * ```
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
 */
export function controlName(cmsg_level: number, cmsg_type: number): string {
  checkNumber("cmsg_level", cmsg_level);
  checkNumber("cmsg_type", cmsg_type);
  const names = namesAt(cmsg_level);
  const name = names?.control.get(cmsg_type) ?? names?.options.get(cmsg_type) ??
    cmsg_type;
  return `${levelName(cmsg_level)}, ${name}`;
}
