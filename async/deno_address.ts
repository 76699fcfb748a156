/** Addresses in Deno's form, for code written for `Deno.Conn`. */

import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_VSOCK,
  SOCK_DGRAM,
} from "../constants/mod.ts";
import type {
  Address,
  Inet6Address,
  InetAddress,
  UnixAddress,
  VsockAddress,
} from "../socket/address/types.ts";

/**
 * Deno's type for the address type `A`; `undefined` for families that Deno does not know.
 * @category Awaiting
 */
export type DenoAddress<A extends Address> = A extends
  InetAddress | Inet6Address ? Deno.NetAddr
  : A extends UnixAddress ? Deno.UnixAddr
  : Deno.Addr | undefined;

const decoder = new TextDecoder();

/**
 * Converts an address to the form that `Deno.Conn` shows.
 *
 * @param family the socket's address family
 * @param type the socket's type
 * @param address the address
 * @returns the address in Deno's form, `undefined` for families that Deno does not know
 */
export function denoAddress<A extends Address>(
  family: number,
  type: number,
  address: A,
): DenoAddress<A> {
  return convert(family, type, address) as DenoAddress<A>;
}

function convert(
  family: number,
  type: number,
  address: Address,
): Deno.Addr | undefined {
  const datagrams = type === SOCK_DGRAM;
  switch (family) {
    case AF_INET:
    case AF_INET6: {
      const [hostname, port] = address as InetAddress;
      return { transport: datagrams ? "udp" : "tcp", hostname, port };
    }
    case AF_UNIX: {
      const path = typeof address === "string"
        ? address
        : decoder.decode(address as Uint8Array);
      return { transport: datagrams ? "unixpacket" : "unix", path };
    }
    case AF_VSOCK: {
      const [cid, port] = address as VsockAddress;
      return { transport: "vsock", cid, port };
    }
  }
  return undefined;
}
