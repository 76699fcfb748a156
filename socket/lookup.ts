/** The blocking resolver functions that `mod.ts` exports. */

import type { AddressOf, Inet6Address, InetAddress } from "./address/types.ts";
import { resolveSync } from "./resolver/call.ts";
import type { AddressInfoTuple } from "./resolver/addrinfo.ts";
import * as addrinfo from "./resolver/addrinfo.ts";
import * as nameinfo from "./resolver/addrinfo.ts";
import * as hosts from "./resolver/hosts.ts";

/**
 * Resolves a host and a service into the arguments of sockets. `getaddrinfo(3)`.
 *
 * @param host a host name or an IP address; `null` for the loopback address, or with `AI_PASSIVE`
 * for the wildcard address
 * @param port a service name or a port number; `null` for none
 * @param family restricts the family; 0 for any
 * @param type restricts the socket type; 0 for any
 * @param proto restricts the protocol; 0 for any
 * @param flags `AI_` flags
 * @returns an entry for each address: family, type, proto, canonical name, address
 * @throws {gaierror} if the host or the service cannot be resolved, or a port number is out of
 * bounds (Python passes it to the C library, and glibc takes it modulo 65536)
 * @throws {OSError} if no descriptor is left to ask anyone (`EMFILE`)
 * @throws {RangeError} if a name contains a NUL or is not valid
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getaddrinfo}
 * @category Names and addresses
 */
export function getaddrinfo<F extends number = number>(
  host: string | Uint8Array | null,
  port: string | Uint8Array | number | null,
  family?: F,
  type = 0,
  proto = 0,
  flags = 0,
): AddressInfoTuple<Extract<AddressOf<F>, InetAddress | Inet6Address>>[] {
  return resolveSync(
    addrinfo.getaddrinfo(host, port, family, type, proto, flags),
  ) as AddressInfoTuple<never>[];
}

/**
 * Resolves an address into a host name and a service name. `getnameinfo(3)`.
 *
 * @param sockaddr an address whose host is numeric. A scope in the host's text is used unless there
 * is a `scope_id` (Python drops it)
 * @param flags `NI_` flags
 * @returns the host name and the service name
 * @throws {gaierror} if the host is not numeric, or (with `NI_NAMEREQD`) has no name
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getnameinfo}
 * @category Names and addresses
 */
export function getnameinfo(
  sockaddr:
    | Readonly<InetAddress>
    | Readonly<Inet6Address>
    | readonly [string, number, number],
  flags: number,
): [host: string, port: string] {
  return resolveSync(nameinfo.getnameinfo(sockaddr, flags));
}

/**
 * Resolves a host name into the host's first IPv4 address.
 *
 * @param hostname the name; `""` stands for `0.0.0.0`, `"<broadcast>"` for `255.255.255.255`
 * @returns the address as text
 * @throws {gaierror} if the host has none
 * @see {@link https://docs.python.org/3/library/socket.html#socket.gethostbyname}
 * @see `gethostbyname(3)`
 * @category Names and addresses
 */
export function gethostbyname(hostname: string): string {
  return resolveSync(hosts.gethostbyname(hostname));
}

/**
 * Resolves a host name into all the host's names and IPv4 addresses.
 *
 * @param hostname the name
 * @throws {gaierror} if the host has no address
 * @throws {herror} if the lookup of its entry fails
 * @see {@link https://docs.python.org/3/library/socket.html#socket.gethostbyname_ex}
 * @see `gethostbyname(3)`
 * @category Names and addresses
 */
export function gethostbyname_ex(hostname: string): hosts.HostEntry {
  return resolveSync(hosts.gethostbyname_ex(hostname));
}

/**
 * Resolves an IP address into the host's names and addresses.
 *
 * @param ip_address the address, or a name of the host
 * @throws {gaierror} if a name cannot be resolved
 * @throws {herror} if the address has no entry
 * @see {@link https://docs.python.org/3/library/socket.html#socket.gethostbyaddr}
 * @see `gethostbyaddr(3)`
 * @category Names and addresses
 */
export function gethostbyaddr(ip_address: string): hosts.HostEntry {
  return resolveSync(hosts.gethostbyaddr(ip_address));
}

/**
 * Returns the fully qualified name of a host: the first of its names that contains a dot.
 *
 * @param name the host; this machine if left out
 * @returns the qualified name, or `name` if there is none
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getfqdn}, `gethostbyaddr(3)`
 * @category Names and addresses
 */
export function getfqdn(name = ""): string {
  return resolveSync(hosts.getfqdn(name));
}
