/**
 * The type of a socket address in each address family, and the phantom type that ties an `AF_`
 * constant to the addresses of its sockets. Types only: nothing here exists at run time.
 */

import type { Bytes } from "../../errors/arguments.ts";

/**
 * An address family: a number whose type carries the address type of its sockets, so that
 * `new Socket(AF_INET)` is a `Socket<InetAddress>`.
 * @category Names and addresses
 */
export type Family<A extends Address = Address> = number & {
  /** The address type. For the compiler only: no number has this property at run time. */
  readonly __address: A;
};

/**
 * An IPv4 address: host and port. A returned host is a dotted quad; as an argument, it may also be
 * a host name, `""` (any address) or `"<broadcast>"`.
 * @category Names and addresses
 */
export type InetAddress = [host: string, port: number];

/**
 * An IPv6 address: host, port, flow information and scope id, all in host byte order.
 * @category Names and addresses
 */
export type Inet6Address = [
  host: string,
  port: number,
  flowinfo: number,
  scope_id: number,
];

/**
 * A Unix socket address: a string for a path, bytes for a path that is not UTF-8 or a name in
 * Linux's abstract namespace (whose first byte is NUL), `""` for an unnamed socket. In a string
 * that is passed, U+DC80 to U+DCFF stand for the bytes 80 to FF, as in Python.
 * @category Names and addresses
 */
export type UnixAddress = string | Uint8Array;

/**
 * A netlink address: port id (0 for the kernel) and mask of multicast groups.
 * @category Names and addresses
 */
export type NetlinkAddress = [pid: number, groups: number];

/**
 * An `AF_PACKET` link-layer address: interface name, EtherType (host byte order), packet type
 * (`PACKET_HOST` …), hardware type (`ARPHRD_…`) and hardware address.
 * @category Names and addresses
 */
export type PacketAddress = [
  ifname: string,
  proto: number,
  pkttype: number,
  hatype: number,
  addr: Uint8Array,
];

/**
 * A vsock address: context id and port.
 * @category Names and addresses
 */
export type VsockAddress = [cid: number, port: number];

/**
 * A CAN address: `[ifname]` for raw and BCM sockets, `[ifname, rx_addr, tx_addr]` for ISO-TP,
 * `[ifname, name, pgn, addr]` for J1939 (whose 64-bit name is returned as a bigint if it does not
 * fit a number exactly).
 * @category Names and addresses
 */
export type CanAddress =
  | [ifname: string]
  | [ifname: string, rx_addr: number, tx_addr: number]
  | [ifname: string, name: number | bigint, pgn: number, addr: number];

/**
 * An `AF_ALG` address: type (`"hash"`, `"skcipher"` …), algorithm name, feature and mask bits.
 * @category Names and addresses
 */
export type AlgAddress = [
  type: string,
  name: string,
  feat?: number,
  mask?: number,
];

/**
 * A TIPC address: type (`TIPC_ADDR_…`), three words that depend on the type, and scope.
 * @category Names and addresses
 */
export type TipcAddress = [
  addr_type: number,
  v1: number,
  v2: number,
  v3: number,
  scope: number,
];

/**
 * An RDS address: an IPv4 host and a port.
 * @category Names and addresses
 */
export type RdsAddress = InetAddress;

/**
 * A QIPCRTR address: node and port.
 * @category Names and addresses
 */
export type QipcrtrAddress = [node: number, port: number];

/**
 * A Bluetooth address. L2CAP: `[bdaddr, psm]`, plus the channel id if it is not 0, or plus channel
 * id and address type if the type is not `BDADDR_BREDR`. RFCOMM: `[bdaddr, channel]`. HCI:
 * `[device_id, channel]`, or only the device id for `HCI_CHANNEL_RAW`; on FreeBSD a node name. SCO:
 * only the `bdaddr`.
 * @category Names and addresses
 */
export type BluetoothAddress =
  | [bdaddr: string, psm: number]
  | [bdaddr: string, psm: number, cid: number, bdaddr_type?: number]
  | [device_id: number, channel?: number]
  | number
  | string;

/**
 * A macOS `AF_SYSTEM` address: a kernel control's id and unit, or (as an argument) its name.
 * @category Names and addresses
 */
export type SystemAddress = [id: number, unit: number] | string;

/**
 * An `AF_LINK` address (BSD, macOS): interface name, index, type and hardware address.
 * @category Names and addresses
 */
export type LinkAddress = [
  ifname: string,
  index: number,
  type: number,
  addr: Uint8Array,
];

/**
 * A Hyper-V address: the GUIDs of the virtual machine and of the service.
 * @category Names and addresses
 */
export type HypervAddress = [vm_id: string, service_id: string];

/**
 * A FreeBSD divert address: an IPv4 host (ignored on bind) and a divert port.
 * @category Names and addresses
 */
export type DivertAddress = InetAddress;

/**
 * An address for which this library has no codec: the family and the bytes after it. This includes
 * protocols of `AF_BLUETOOTH` and `AF_SYSTEM` that it does not know.
 * @category Names and addresses
 */
export type UnknownAddress = [family: number, data: Uint8Array];

/**
 * Any socket address.
 * @category Names and addresses
 */
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
 * The forms in which an address `A` may be passed: as the socket returns it, or as
 * {@linkcode AddressForm} says.
 * @category Names and addresses
 */
export type AddressInput<A extends Address> = A | AddressForm<A>;

/**
 * An address `A` that is read-only, or lacks the trailing fields that Python lets callers omit, for
 * instance `["::1", 8080]` for IPv6.
 * @category Names and addresses
 */
export type AddressForm<A extends Address> = A extends Inet6Address
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

/**
 * The addresses of a family: `AddressOf<typeof AF_INET>` is {@linkcode InetAddress}. Those of a
 * number that is not known to be one family are {@linkcode Address}, any.
 *
 * @typeParam F the type of the family; `null` or `undefined` if it is left out
 * @typeParam LeftOut the addresses if the family is left out
 * @category Names and addresses
 */
export type AddressOf<
  F extends number | null | undefined,
  LeftOut extends Address = InetAddress,
> = F extends null | undefined ? LeftOut
  : F extends Family<infer A> ? A
  : Address;

/**
 * The addresses of a new socket: those of its family; {@linkcode InetAddress} if the family is left
 * out; any if a descriptor is adopted whose family is left out.
 *
 * @typeParam F the type of the family. The constructors' default has `null` and `undefined` beside
 * the family, no argument has both
 * @typeParam D the type of the descriptor, in the same way
 * @category Names and addresses
 */
export type NewSocketAddress<F extends number | null | undefined, D> =
  [F] extends [null | undefined] ? [D] extends [null | undefined] ? InetAddress
    : null | undefined extends D ? InetAddress // the default
    : Address
    : AddressOf<NonNullable<F>>;
