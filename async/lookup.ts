/** The resolving functions of `async.ts`: lookups that may take long run on another thread. */

import { optionsLast } from "../errors/arguments.ts";
import type {
  AddressOf,
  Inet6Address,
  InetAddress,
} from "../socket/address/types.ts";
import * as addrinfo from "../socket/resolver/addrinfo.ts";
import * as nameinfo from "../socket/resolver/addrinfo.ts";
import * as hosts from "../socket/resolver/hosts.ts";
import type { WaitOptions } from "./driver.ts";
import { driveSteps } from "./steps.ts";

/**
 * Resolves a host and a service to socket addresses. Like the blocking `getaddrinfo`.
 *
 * Numeric hosts, and names in the hosts file, are resolved at once; other names on another thread,
 * 20 lookups at a time. With glibc 2.34 or later, that is a thread of the C library, and an aborted
 * lookup does not keep the process alive. Elsewhere it is one of Deno's, 16 lookups at a time, and
 * the process ends only after the lookup.
 *
 * @param host a host name or an IP address; `null` for the loopback, or any address with
 * `AI_PASSIVE`
 * @param port a service name or a port number; `null` for none
 * @param family restricts the family; 0 for any
 * @param type restricts the socket type; 0 for any
 * @param proto restricts the protocol; 0 for any
 * @param flags `AI_` flags
 * @param options `{ signal }`: aborting it rejects with its reason. They may stand in place of the
 * parameters left out
 * @returns an entry for each address: family, type, protocol, canonical name, address
 * @throws {gaierror} if the names cannot be resolved, or a port number is out of bounds
 * @throws {OSError} if no descriptor is left to ask anyone (`EMFILE`)
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RangeError} if a name contains NUL or is not valid
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getaddrinfo}, `getaddrinfo(3)`
 * @category Awaiting
 */
export function getaddrinfo<F extends number = number>(
  host: string | Uint8Array | null,
  port: string | Uint8Array | number | null,
  family?: F | WaitOptions,
  type: number | WaitOptions = 0,
  proto: number | WaitOptions = 0,
  flags: number | WaitOptions = 0,
  options?: WaitOptions,
): Promise<
  addrinfo.AddressInfoTuple<
    Extract<AddressOf<F>, InetAddress | Inet6Address>
  >[]
> {
  const [f, t, p, bits, given] = optionsLast(
    family,
    type,
    proto,
    flags,
    options,
  );
  return driveSteps(
    addrinfo.getaddrinfo(host, port, f, t, p, bits),
    given,
  ) as Promise<addrinfo.AddressInfoTuple<never>[]>;
}

/**
 * Resolves an address to a host name and a service name. Like the blocking `getnameinfo`.
 *
 * What the hosts file does not answer runs on one of Deno's threads, and the process ends only
 * after it, even if the lookup is aborted.
 *
 * @param sockaddr an address whose host is numeric
 * @param flags `NI_` flags
 * @param options `{ signal }`: aborting it rejects with its reason
 * @returns the host name and the service name
 * @throws {gaierror} if the host is not numeric, or (with `NI_NAMEREQD`) has no name
 * @throws {TypeError} if `sockaddr` is not an address
 * @throws {RangeError} if a part of it is out of bounds
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getnameinfo}, `getnameinfo(3)`
 * @category Awaiting
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
 * Resolves a host name to the host's first IPv4 address, as {@linkcode getaddrinfo} does.
 *
 * @param hostname the name; `""` stands for `0.0.0.0`, `"<broadcast>"` for `255.255.255.255`
 * @param options `{ signal }`: aborting it rejects with its reason
 * @returns the address as numeric text
 * @throws {gaierror} if the host has no IPv4 address
 * @throws {RangeError} if the name contains NUL or is not valid
 * @see {@link https://docs.python.org/3/library/socket.html#socket.gethostbyname}
 * @see `gethostbyname(3)`
 * @category Awaiting
 */
export function gethostbyname(
  hostname: string,
  options?: WaitOptions,
): Promise<string> {
  return driveSteps(hosts.gethostbyname(hostname), options);
}

/**
 * Resolves a host name to the host's names and IPv4 addresses, on another thread as
 * {@linkcode getnameinfo} does. Where the C library has no `gethostbyname_r` (macOS, Windows), the
 * last step blocks this thread.
 *
 * @param hostname the name
 * @param options `{ signal }`: aborting it rejects with its reason
 * @returns the primary name, the other names, the addresses
 * @throws {gaierror} if the host has no IPv4 address
 * @throws {herror} if the host's entry is not found
 * @throws {RangeError} if the name contains NUL or is not valid
 * @see {@link https://docs.python.org/3/library/socket.html#socket.gethostbyname_ex}
 * @see `gethostbyname(3)`
 * @category Awaiting
 */
export function gethostbyname_ex(
  hostname: string,
  options?: WaitOptions,
): Promise<hosts.HostEntry> {
  return driveSteps(hosts.gethostbyname_ex(hostname), options);
}

/**
 * Resolves an address to the host's names and addresses, on another thread as
 * {@linkcode getnameinfo} does. Where the C library has no `gethostbyaddr_r` (macOS, Windows), the
 * last step blocks this thread.
 *
 * @param ip_address the address, or a name of the host
 * @param options `{ signal }`: aborting it rejects with its reason
 * @returns the primary name, the other names, the addresses
 * @throws {gaierror} if a name cannot be resolved
 * @throws {herror} if the address has no entry
 * @throws {RangeError} if the name contains NUL or is not valid
 * @see {@link https://docs.python.org/3/library/socket.html#socket.gethostbyaddr}
 * @see `gethostbyaddr(3)`
 * @category Awaiting
 */
export function gethostbyaddr(
  ip_address: string,
  options?: WaitOptions,
): Promise<hosts.HostEntry> {
  return driveSteps(hosts.gethostbyaddr(ip_address), options);
}

/**
 * Resolves the fully qualified name of a host, as {@linkcode gethostbyaddr} does.
 *
 * @param name the host, this machine if left out
 * @param options `{ signal }`: aborting it rejects with its reason. They may stand in place of the
 * name
 * @returns the first of the host's names with a dot, else its primary name; `name` if not found
 * @throws {RangeError} if the name contains NUL or is not valid
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getfqdn}, `gethostbyaddr(3)`
 * @category Awaiting
 */
export function getfqdn(
  name: string | WaitOptions = "",
  options?: WaitOptions,
): Promise<string> {
  const [host, given] = optionsLast(name, options);
  return driveSteps(hosts.getfqdn(host), given);
}
