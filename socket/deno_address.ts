/** Addresses in Deno's form, for code that is written for `Deno.Conn`. */

import { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM } from "../constants/mod.ts";
import type { Address, InetAddress } from "./address/types.ts";

const decoder = new TextDecoder();

/**
 * An address as `Deno.Conn` shows it; `undefined` for the families that Deno does not know.
 */
export function denoAddress(
  family: number,
  type: number,
  address: Address | null,
): Deno.Addr | undefined {
  const datagrams = type === SOCK_DGRAM;
  if (family === AF_INET || family === AF_INET6) {
    const [hostname, port] = address as InetAddress;
    return { transport: datagrams ? "udp" : "tcp", hostname, port };
  }
  if (family === AF_UNIX) {
    const path = typeof address === "string"
      ? address
      : decoder.decode(address as Uint8Array);
    return { transport: datagrams ? "unixpacket" : "unix", path };
  }
  return undefined;
}
