/** Which constants are public, of which type, and in which order. */

import { headerValues, platforms, python } from "./reference.ts";

/** Winsock's error codes, which belong to `errno`. */
const winsockError =
  /^WSA(E|BASEERR|HOST_|NO|SERVICE_|SYSCALL|SYSNOT|TRY_|TYPE_|VERNOT|_E_|_INVALID_[HP]|_IO_|_IPSEC|_NOT_|_OPERATION|_QOS|_SECURE)/;

/** Names that only the pollers, `fcntl` and the calls of Winsock need. */
const internal =
  /^(EPOLL|EV_|EVFILT_|NOTE_|POLL|F_|O_|FD_|FIO|CTLIOC|INFTIM$|WSA|SOCK_NOTIFY_|INVALID_SOCKET$|SOCKET_ERROR$|FROM_PROTOCOL_INFO$)/;

/** Names of Python's `socket` that really are `errno`'s. */
const errnoInSocket = ["EAGAIN", "EBADF", "EWOULDBLOCK"];

/** Whether a name belongs to the `errno` object. */
export function isErrno(name: string): boolean {
  return /^E[A-Z0-9]+$/.test(name) && !name.startsWith("EPOLL") ||
    winsockError.test(name);
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;

const pythons = new Set([...python.int_constants, ...python.errno_names]);

/**
 * Python's names before all others, each half by the alphabet: the first name
 * of a value is then the one that Python shows.
 */
export function pythonFirst(a: string, b: string): number {
  return Number(pythons.has(b)) - Number(pythons.has(a)) || compare(a, b);
}

/** The second-best names of values that Python's `errorcode` names otherwise. */
const secondBest = ["EDEADLK", "EOPNOTSUPP", "EWOULDBLOCK"];

/**
 * An order of error names in which the name that Python's `errorcode` shows is
 * the last one of its value: there, too, a later name replaces an earlier one.
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

const values = platforms.map((platform) => headerValues(platform));

/** Every name of any platform, and of Python. */
export const everyName: readonly string[] = [
  ...new Set([
    ...values.flatMap((table) => Object.keys(table)),
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

/** All that `constants/generated/names.js` exports. */
export const exportedNames: readonly string[] = [
  ...publicNames,
  ...stringNames,
];

/** The names of the `errno` object. */
export const errnoNames: readonly string[] = everyName.filter(isErrno);

/** The platforms that have a constant, as documentation names them. */
export function platformsOf(name: string): string[] {
  const labels = ["Linux", "Linux", "macOS", "FreeBSD", "Windows"];
  return [...new Set(labels.filter((_, index) => name in values[index]))];
}

/** The families whose addresses have a type of their own. */
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

/** Names that begin like a family's and are none. */
const notFamilies = /^AF_(VSOCK_|SYS_CONTROL$)/;

/** The type of a family's addresses; `undefined` for what is no family. */
export function addressType(name: string): string | undefined {
  if (!/^[AP]F_/.test(name) || notFamilies.test(name)) return undefined;
  return addresses[name.slice(3)] ?? "UnknownAddress";
}

/** Names that begin like an enumeration's and are none of its members. */
const strangers =
  /^(AF_VSOCK_|AF_SYS_CONTROL$|SOCK_(BUF|DESTROY|DIAG|MAX|RCV|SND|TXREHASH)|MSG_MAXIOVLEN)/;

const startingWith = (prefix: string): string[] =>
  publicNames
    .filter((name) => name.startsWith(prefix) && !strangers.test(name))
    .sort(pythonFirst);

/** The members of the enumerations, Python's names first. */
export const members = {
  AF_: startingWith("AF_"),
  AI_: startingWith("AI_"),
  MSG_: startingWith("MSG_"),
  SOCK_: startingWith("SOCK_"),
};
