/** Addresses as the bytes of a `sockaddr`, for programs that put them into structs or files. */

import {
  AF_CAN,
  AF_INET,
  AF_INET6,
  AF_PACKET,
  IP6T_SO_ORIGINAL_DST,
  IPPROTO_IP,
  IPPROTO_IPV6,
  isMissing,
  SO_ORIGINAL_DST,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../constants/mod.ts";
import { rangeError } from "../constants/stack.ts";
import {
  type Bytes,
  bytes,
  describe,
  instance,
  integer,
} from "../errors/arguments.ts";
import {
  bareSocket,
  type CodecSocket,
  sockaddrStorage,
} from "./address/codec.ts";
import {
  codecOf,
  decodeSockaddr,
  familyIn,
  leastBytes,
} from "./address/registry.ts";
import type {
  Address,
  AddressInput,
  Family,
  Inet6Address,
  InetAddress,
} from "./address/types.ts";
import { context } from "./resolver/addrinfo.ts";
import { Socket } from "./socket.ts";
import { SocketBase } from "./base.ts";
import { addressOfEnd } from "./operations/connection.ts";
import { handleOf } from "./operations/attempt.ts";

/**
 * Encodes an address as a `struct sockaddr` of the running platform, as C passes it to `bind` and
 * `connect`: for structs that contain addresses, and for other programs.
 *
 * @param family the address family, such as `AF_INET`
 * @param address an address of that family; a host must be numeric, as this never waits
 * @param proto the protocol, where it decides about the form: `CAN_ISOTP`, `BTPROTO_L2CAP` …
 * @returns the bytes; their length is that of the address
 * @throws {TypeError} if it is not an address of the family
 * @throws {RangeError} if a part is out of bounds, or the host is a name
 * @throws {OSError} if there is no interface with a name in the address
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AF_INET, decodeAddress, encodeAddress } from "@libc/socket";
 *
 * const bytes = encodeAddress(AF_INET, ["192.0.2.1", 80]);
 * assertEquals(bytes.length, 16); // struct sockaddr_in
 * assertEquals(decodeAddress(bytes, AF_INET), ["192.0.2.1", 80]);
 * ```
 * @category Names and addresses
 */
export function encodeAddress<A extends Address>(
  family: Family<A>,
  address: AddressInput<A>,
  proto = 0,
): Uint8Array<ArrayBuffer> {
  const socket = bareSocket(
    integer("family", family, 0, 0xffff),
    integer("proto", proto),
  );
  const codec = codecOf(socket.family);
  const name = codec.hostname?.(address);
  if (name !== undefined) {
    throw rangeError(
      `host must be a numeric address, not ${JSON.stringify(name)}`,
    );
  }
  return asking(socket, (asked) => {
    const storage = sockaddrStorage();
    const length = codec.encode(address, storage, asked, context);
    return storage.bytes.slice(0, length);
  });
}

/**
 * Decodes the bytes of a `struct sockaddr` of the running platform, whatever they are: bytes that
 * are not an address throw.
 *
 * @param data the bytes; their length is that of the address, at most 128
 * @param family the family that it must have; any if left out. The result has its type
 * @param proto the protocol, where it decides about the form
 * @returns the address, as a socket of that family returns it
 * @throws {RangeError} if the bytes are too few for an address of their family or too many, or the
 * address is of another family
 * @throws {TypeError} if they are not bytes
 * @category Names and addresses
 */
export function decodeAddress<A extends Address = Address>(
  data: Bytes,
  family?: Family<A>,
  proto = 0,
): A {
  const all = bytes("data", data);
  const wanted = family === undefined
    ? undefined
    : integer("family", family, 0, 0xffff);
  const protocol = integer("proto", proto);
  const most = sockaddrStorage().bytes.length;
  if (all.byteLength > most) {
    throw rangeError(
      `data is too long for an address: ${all.byteLength} of ${most} bytes`,
    );
  }
  const inside = familyIn(all, context);
  const [struct, least] = inside === undefined
    ? ["sockaddr", context.layout.sockaddr.size]
    : leastBytes(inside, context);
  if (inside === undefined || all.byteLength < least) {
    throw rangeError(
      `data is too short for struct ${struct}: ${all.byteLength} of ${least} bytes`,
    );
  }
  // Families may share a struct, with one family's number in it (AF_RDS, AF_DIVERT).
  if (wanted !== undefined && codecOf(wanted) !== codecOf(inside)) {
    throw rangeError(
      `data is an address of family ${inside}, not ${describe(wanted)}`,
    );
  }
  const socket = bareSocket(inside, protocol);
  return asking(
    socket,
    (asked) => decodeSockaddr(all, context, asked) as A,
  );
}

/** The families whose addresses name an interface, which a socket must be asked for. */
const naming = [AF_PACKET, AF_CAN] as readonly number[];

/** Calls a function with the codec's view of a socket, an open one if it must be asked. */
function asking<T>(
  socket: CodecSocket,
  call: (socket: CodecSocket) => T,
): T {
  if (!naming.includes(socket.family)) return call(socket);
  using open = new Socket(AF_INET, SOCK_DGRAM);
  return call({ ...socket, fd: open.fileno() });
}

// Where a connection was going before a firewall redirected it here.

/** Room for either address, and for all that Windows writes. */
const ROOM = 128;

/**
 * Returns the address that the client connected to before a rule of the firewall (`REDIRECT`,
 * `DNAT`) sent the connection here: `SO_ORIGINAL_DST`, and for IPv6 `IP6T_SO_ORIGINAL_DST`. A
 * transparent proxy connects there on the client's behalf. Linux and Windows.
 *
 * With `TPROXY` instead of `REDIRECT`, and on the BSDs, no option is needed: `getsockname()` of the
 * accepted connection is that address. For datagrams, request `"origdstaddr"` by
 * `requestControl()`.
 *
 * @param socket an accepted connection over IPv4 or IPv6
 * @returns the address. For an IPv4 client of an IPv6 socket, it is an IPv4 address
 * @throws {OSError} if the connection was not redirected (`ENOENT`), or the system does not track
 * connections (`ENOPROTOOPT`)
 * @throws {RangeError} if the socket is of another family, or the platform has no such option
 * @see `getsockopt(2)`
 * @category Options
 */
export function originalDestination<A extends Address>(
  socket: SocketBase<A>,
): InetAddress | Inet6Address {
  instance("socket", socket, SocketBase, "a socket");
  const handle = handleOf(socket);
  if (handle.family !== AF_INET && handle.family !== AF_INET6) {
    throw rangeError("socket must be of AF_INET or AF_INET6");
  }
  const [level, optname] = isMissing(IP6T_SO_ORIGINAL_DST)
    ? [SOL_SOCKET, SO_ORIGINAL_DST] // Windows has one option for both
    : handle.family === AF_INET || isMapped(addressOfEnd(handle, "getpeername"))
    ? [IPPROTO_IP, SO_ORIGINAL_DST]
    : [IPPROTO_IPV6, IP6T_SO_ORIGINAL_DST];
  const value = socket.getsockopt(level, optname, ROOM);
  return decodeSockaddr(value, context) as InetAddress | Inet6Address;
}

/** Whether an address of an IPv6 socket is that of an IPv4 client. */
function isMapped(address: Address | null): boolean {
  return Array.isArray(address) && String(address[0]).startsWith("::ffff:") &&
    String(address[0]).includes(".");
}
