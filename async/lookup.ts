/** The resolving functions that await: `async.ts`'s. */

import type { Inet6Address, InetAddress } from "../socket/address/types.ts";
import type { WaitOptions } from "./driver.ts";
import * as hosts from "../socket/resolver/hosts.ts";
import { driveSteps } from "./steps.ts";
import * as addrinfo from "../socket/resolver/getaddrinfo.ts";
import * as nameinfo from "../socket/resolver/getnameinfo.ts";

/**
 * Resolves a host and a service into the arguments of sockets, on another thread; several at once
 * resolve side by side. Like the blocking `getaddrinfo`.
 *
 * @param host a host name or an IP address; `null` for the loopback, or any address with `AI_PASSIVE`
 * @param port a service name or a port number; `null` for none
 * @param family restricts the family; 0 for any
 * @param type restricts the socket type; 0 for any
 * @param proto restricts the protocol; 0 for any
 * @param flags `AI_` flags
 * @param options a signal
 * @throws {gaierror} if the names cannot be resolved
 */
export function getaddrinfo(
  host: string | Uint8Array | null,
  port: string | Uint8Array | number | null,
  family = 0,
  type = 0,
  proto = 0,
  flags = 0,
  options?: WaitOptions,
): Promise<addrinfo.AddressInfoTuple[]> {
  return driveSteps(
    addrinfo.getaddrinfo(host, port, family, type, proto, flags),
    options,
  );
}

/**
 * Resolves an address into a host name and a service name, on another thread. Like the blocking
 * `getnameinfo`.
 *
 * @param sockaddr an address whose host is numeric
 * @param flags `NI_` flags
 * @param options a signal
 * @throws {gaierror} if the host is not numeric, or (with `NI_NAMEREQD`) has no name
 */
export function getnameinfo(
  sockaddr:
    | Readonly<InetAddress>
    | Readonly<Inet6Address>
    | readonly [string, number, number],
  flags: number,
  options?: WaitOptions,
): Promise<[host: string, port: string]> {
  return driveSteps(nameinfo.getnameinfo(sockaddr, flags), options);
}

/**
 * The first IPv4 address of a host, resolved on another thread.
 *
 * @param hostname its name; `""` gives `0.0.0.0`, `"<broadcast>"` gives `255.255.255.255`
 * @param options a signal
 * @throws {gaierror} if it has none
 */
export function gethostbyname(
  hostname: string,
  options?: WaitOptions,
): Promise<string> {
  return driveSteps(hosts.gethostbyname(hostname), options);
}

/**
 * The names and IPv4 addresses of a host, resolved on another thread.
 *
 * @param hostname its name
 * @param options a signal
 * @throws {gaierror} if it has no address
 * @throws {herror} if its entry cannot be had
 */
export function gethostbyname_ex(
  hostname: string,
  options?: WaitOptions,
): Promise<hosts.HostEntry> {
  return driveSteps(hosts.gethostbyname_ex(hostname), options);
}

/**
 * The names and addresses of the host with an address, resolved on another thread.
 *
 * @param ip_address the address, or a name of the host
 * @param options a signal
 * @throws {gaierror} if a name cannot be resolved
 * @throws {herror} if the address has no entry
 */
export function gethostbyaddr(
  ip_address: string,
  options?: WaitOptions,
): Promise<hosts.HostEntry> {
  return driveSteps(hosts.gethostbyaddr(ip_address), options);
}

/**
 * The fully qualified name of a host, resolved on another thread.
 *
 * @param name the host, this machine if left out
 * @param options a signal
 * @returns the name, or the one given if there is no better
 */
export function getfqdn(name = "", options?: WaitOptions): Promise<string> {
  return driveSteps(hosts.getfqdn(name), options);
}
