/** Which constants are public, of which type, and in which order. */

import { headerValues, python, type Values } from "./reference.ts";

/** Winsock's error codes, which belong to `errno`. */
const winsockError =
  /^WSA(E|BASEERR|HOST_|NO|SERVICE_|SYSCALL|SYSNOT|TRY_|TYPE_|VERNOT|_E_|_INVALID_[HP]|_IO_|_IPSEC|_NOT_|_OPERATION|_QOS|_SECURE)/;

/** Names that only the library itself needs: for pollers, `fcntl` and the calls of Winsock. */
const internal =
  /^(EPOLL|EV_|EVFILT_|NOTE_|POLL|F_|O_|FD_|FIO|CTLIOC|INFTIM$|WSA|SOCK_NOTIFY_|INVALID_SOCKET$|SOCKET_ERROR$|FROM_PROTOCOL_INFO$)/;

/** Error numbers that Python's `socket` has too. */
const errnoInSocket = ["EAGAIN", "EBADF", "EWOULDBLOCK"];

/** Whether a name belongs to the `errno` object. */
export function isErrno(name: string): boolean {
  return /^E[A-Z0-9]+$/.test(name) && !name.startsWith("EPOLL") ||
    winsockError.test(name);
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;

const pythons = new Set([...python.int_constants, ...python.errno_names]);

/**
 * Orders names: Python's first, then all others, each alphabetically. The first name of a value is
 * then the one that Python shows.
 */
export function pythonFirst(a: string, b: string): number {
  return Number(pythons.has(b)) - Number(pythons.has(a)) || compare(a, b);
}

/** Python's names of values for which Python's `errorcode` prefers another name. */
const secondBest = ["EDEADLK", "EOPNOTSUPP", "EWOULDBLOCK"];

/**
 * Orders error names such that the last name of each value is the one that Python's `errorcode`
 * shows. The table is filled in this order, and a later name replaces an earlier one.
 */
export function chosenLast(a: string, b: string): number {
  const rank = (name: string): number =>
    !pythons.has(name)
      ? 0
      : secondBest.includes(name)
      ? 1
      : name.startsWith("WSA")
      ? 3
      : 2;
  return rank(a) - rank(b) || compare(a, b);
}

/** The constants of each system, under the name by which documentation calls it. */
const systems: Readonly<Record<string, Values>> = {
  Linux: headerValues("linux_x86_64"), // and linux_aarch64, which has the same
  macOS: headerValues("darwin"),
  FreeBSD: headerValues("freebsd"),
  Windows: headerValues("windows"),
};

/** The names of every platform's constants, and of Python's. */
export const everyName: readonly string[] = [
  ...new Set([
    ...Object.values(systems).flatMap((values) => Object.keys(values)),
    ...python.int_constants,
    ...python.errno_names,
    ...Object.keys(python.string_constants),
  ]),
].sort(compare);

/** The names of the string constants. */
export const stringNames: readonly string[] = everyName.filter((name) =>
  name in python.string_constants
);

/** The names that `constants/generated/names.js` exports as integers. */
export const publicNames: readonly string[] = everyName.filter((name) =>
  errnoInSocket.includes(name) ||
  !(name in python.string_constants) && !isErrno(name) && !internal.test(name)
);

/** All names that `constants/generated/names.js` exports. */
export const exportedNames: readonly string[] = [
  ...publicNames,
  ...stringNames,
];

/** The names of the `errno` object. */
export const errnoNames: readonly string[] = everyName.filter(isErrno);

/** The systems that have a constant, as documentation names them. */
export function systemsOf(name: string): string[] {
  return Object.keys(systems).filter((system) => name in systems[system]);
}

/** The types of addresses, by the family's name without its prefix. */
const addresses: Readonly<Record<string, string>> = {
  UNSPEC: "Address",
  INET: "InetAddress",
  INET6: "Inet6Address",
  UNIX: "UnixAddress",
  LOCAL: "UnixAddress",
  FILE: "UnixAddress",
  NETLINK: "NetlinkAddress",
  PACKET: "PacketAddress",
  VSOCK: "VsockAddress",
  CAN: "CanAddress",
  ALG: "AlgAddress",
  TIPC: "TipcAddress",
  RDS: "RdsAddress",
  QIPCRTR: "QipcrtrAddress",
  BLUETOOTH: "BluetoothAddress",
  BTH: "BluetoothAddress",
  SYSTEM: "SystemAddress",
  LINK: "LinkAddress",
  HYPERV: "HypervAddress",
  DIVERT: "DivertAddress",
};

/** Names that begin like a member of an enumeration but are not one. */
const notMembers =
  /^(AF_VSOCK_|AF_SYS_CONTROL$|SOCK_(BUF|DESTROY|DIAG|MAX|RCV|SND|TXREHASH)|MSG_MAXIOVLEN$)/;

/** The type of a family's addresses; `undefined` if the name is not a family's. */
export function addressType(name: string): string | undefined {
  if (!/^[AP]F_/.test(name) || notMembers.test(name)) return undefined;
  return addresses[name.slice(3)] ?? "UnknownAddress";
}

/** An enumeration of Python's `socket`, such as `AddressFamily`. */
export interface Enumeration {
  /** The prefix of its members' names. */
  readonly prefix: string;
  /** The name of the type of its members' names. */
  readonly type: string;
  /** What its members are, for documentation. */
  readonly what: string;
  /** Its members' names, Python's first. */
  readonly members: readonly string[];
}

const enumeration = (
  prefix: string,
  type: string,
  what: string,
): Enumeration => ({
  prefix,
  type,
  what,
  members: publicNames
    .filter((name) => name.startsWith(prefix) && !notMembers.test(name))
    .sort(pythonFirst),
});

/** The enumerations of Python's `socket`. */
export const enumerations: readonly Enumeration[] = [
  enumeration("AF_", "AddressFamilyName", "address families"),
  enumeration(
    "SOCK_",
    "SocketKindName",
    "socket types, and of the flags that go with them",
  ),
  enumeration("MSG_", "MsgFlagName", "message flags"),
  enumeration("AI_", "AddressInfoName", "flags of `getaddrinfo()`"),
];
