/**
 * The shape of a socket address in each address family, and the phantom type that ties an `AF_`
 * constant to the addresses of its sockets. Types only: nothing here exists at run time.
 */

import type { Bytes } from "../../errors/arguments.ts";

/**
 * An address family: a number that remembers which addresses its sockets speak, so that
 * `new Socket(AF_INET)` is a `Socket<InetAddress>`.
 */
export type Family<A extends Address = Address> = number & {
  /** The addresses; for the compiler alone, no number has this. */
  readonly __address: A;
};

/** An IPv4 address: a dotted quad (a host name or `""` or `"<broadcast>"` when passed in) and a port. */
export type InetAddress = [host: string, port: number];

/** An IPv6 address: host, port, flow information and scope id, all in host byte order. */
export type Inet6Address = [
  host: string,
  port: number,
  flowinfo: number,
  scope_id: number,
];

/**
 * A Unix socket address: a path as a string; bytes for a path that is not UTF-8 and for a name of
 * Linux's abstract namespace (its first byte is NUL); `""` for an unnamed socket.
 */
export type UnixAddress = string | Uint8Array;

/** A netlink address: the port id (0 for the kernel) and a mask of multicast groups. */
export type NetlinkAddress = [pid: number, groups: number];

/**
 * A link-layer address of `AF_PACKET`: interface name, EtherType (host byte order), packet type
 * (`PACKET_HOST` …), hardware type (`ARPHRD_…`) and hardware address.
 */
export type PacketAddress = [
  ifname: string,
  proto: number,
  pkttype: number,
  hatype: number,
  addr: Uint8Array,
];

/** A vsock address: context id and port. */
export type VsockAddress = [cid: number, port: number];

/**
 * A CAN address: `[interface]` for raw and BCM sockets, `[interface, rx_id, tx_id]` for ISO-TP,
 * `[interface, name, pgn, addr]` for J1939 (its 64-bit name is a bigint beyond 2^53).
 */
export type CanAddress =
  | [ifname: string]
  | [ifname: string, rx_addr: number, tx_addr: number]
  | [ifname: string, name: number | bigint, pgn: number, addr: number];

/** An `AF_ALG` address: type (`"hash"`, `"skcipher"` …), algorithm name, feature and mask bits. */
export type AlgAddress = [
  type: string,
  name: string,
  feat?: number,
  mask?: number,
];

/** A TIPC address: `TIPC_ADDR_…`, its three words, and the scope. */
export type TipcAddress = [
  addr_type: number,
  v1: number,
  v2: number,
  v3: number,
  scope: number,
];

/** An RDS address: an IPv4 host and a port. */
export type RdsAddress = InetAddress;

/** A QIPCRTR address: node and port. */
export type QipcrtrAddress = [node: number, port: number];

/**
 * A Bluetooth address. L2CAP: `[bdaddr, psm]`, with the channel id if it has one, with the address
 * type if that is not `BDADDR_BREDR`. RFCOMM: `[bdaddr, channel]`. HCI: `[device_id, channel]`, or
 * the device id alone for `HCI_CHANNEL_RAW`; on FreeBSD the name of a node. SCO: a plain `bdaddr`.
 */
export type BluetoothAddress =
  | [bdaddr: string, psm: number]
  | [bdaddr: string, psm: number, cid: number, bdaddr_type?: number]
  | [device_id: number, channel?: number]
  | number
  | string;

/** A macOS `AF_SYSTEM` address: a kernel control's id and unit, or (passed in) its name. */
export type SystemAddress = [id: number, unit: number] | string;

/** A BSD `AF_LINK` address: interface name and index, interface type, hardware address. */
export type LinkAddress = [
  ifname: string,
  index: number,
  type: number,
  addr: Uint8Array,
];

/** A Hyper-V address: the virtual machine's and the service's GUID. */
export type HypervAddress = [vm_id: string, service_id: string];

/** A FreeBSD divert address: an IPv4 host (ignored on bind) and a divert port. */
export type DivertAddress = InetAddress;

/**
 * An address of a family, or of a protocol of `AF_BLUETOOTH` or `AF_SYSTEM`, that this library has no
 * codec for: the family and the bytes after it.
 */
export type UnknownAddress = [family: number, data: Uint8Array];

/** Any socket address. */
export type Address =
  | InetAddress
  | Inet6Address
  | UnixAddress
  | NetlinkAddress
  | PacketAddress
  | VsockAddress
  | CanAddress
  | AlgAddress
  | TipcAddress
  | QipcrtrAddress
  | BluetoothAddress
  | SystemAddress
  | LinkAddress
  | HypervAddress
  | UnknownAddress;

/**
 * What may be passed where an address `A` is due: the address as the socket gives it, or with
 * trailing fields left out where Python allows that, for instance `["::1", 8080]` for IPv6.
 */
export type AddressInput<A extends Address> = A extends Inet6Address
  ? readonly [host: string, port: number, flowinfo?: number, scope_id?: number]
  : A extends PacketAddress ? readonly [
      ifname: string,
      proto: number,
      pkttype?: number,
      hatype?: number,
      addr?: Bytes,
    ]
  : A extends TipcAddress ? readonly [
      addr_type: number,
      v1: number,
      v2: number,
      v3: number,
      scope?: number,
    ]
  : A extends UnknownAddress ? readonly [family: number, data: Bytes]
  : A extends readonly unknown[] ? Readonly<A>
  : A extends Uint8Array ? Bytes
  : A;
