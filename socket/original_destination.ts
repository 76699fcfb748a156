/** Where a connection was going before a firewall redirected it here. */

import {
  AF_INET,
  AF_INET6,
  IP6T_SO_ORIGINAL_DST,
  IPPROTO_IP,
  IPPROTO_IPV6,
  isMissing,
  SO_ORIGINAL_DST,
  SOL_SOCKET,
} from "../constants/mod.ts";
import { rangeError } from "../constants/stack.ts";
import { instance } from "../errors/arguments.ts";
import { decodeSockaddr } from "./address/sockaddr.ts";
import type { Address, Inet6Address, InetAddress } from "./address/types.ts";
import { SocketBase } from "./base.ts";
import { addressOfEnd } from "./operations/connection.ts";
import { handleOf } from "./operations/handle.ts";
import { context } from "./resolver/context.ts";

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
