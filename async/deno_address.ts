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

// Deno's own types again: programs are also compiled where the namespace `Deno` is not declared.

/**
 * The address of an IPv4 or IPv6 socket in Deno's form, as `Deno.NetAddr`.
 * @category Awaiting
 */
export interface DenoNetAddress {
  /** `"udp"` for datagrams, else `"tcp"`. */
  transport: "tcp" | "udp";
  /** The IP address. */
  hostname: string;
  /** The port number. */
  port: number;
}

/**
 * The address of a Unix socket in Deno's form, as `Deno.UnixAddr`.
 * @category Awaiting
 */
export interface DenoUnixAddress {
  /** `"unixpacket"` for datagrams, else `"unix"`. */
  transport: "unix" | "unixpacket";
  /** The path in the file system. */
  path: string;
}

/**
 * The address of a vsock socket in Deno's form, as `Deno.VsockAddr`.
 * @category Awaiting
 */
export interface DenoVsockAddress {
  /** Always `"vsock"`. */
  transport: "vsock";
  /** The context identifier. */
  cid: number;
  /** The port number. */
  port: number;
}

/**
 * Deno's form of the address type `A`; `undefined` for families that Deno does not know.
 * @category Awaiting
 */
export type DenoAddress<A extends Address> = A extends
  InetAddress | Inet6Address ? DenoNetAddress
  : A extends UnixAddress ? DenoUnixAddress
  : DenoNetAddress | DenoUnixAddress | DenoVsockAddress | undefined;

const decoder = new TextDecoder();

/**
 * Converts an address to the form that `Deno.Conn` shows.
 *
 * @param family the socket's address family
 * @param type the socket's type
 * @param address the address
 * @returns the address in Deno's form, `undefined` for families that Deno does not know and for
 * `null`
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
): DenoAddress<Address> {
  // Some systems know no address of a connection that was reset before it was accepted.
  if (address === null) return undefined;
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
