/**
 * `AF_INET` addresses: `[host, port]` in a `sockaddr_in`. `AF_RDS` and `AF_DIVERT` use them too:
 * even there, the family in the structure is `AF_INET`.
 */

import { integer, string } from "../../errors/arguments.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  writeHead,
} from "./codec.ts";
import { formatIPv4, parseIPv4 } from "./ip.ts";
import type { InetAddress } from "./types.ts";

const INADDR_BROADCAST = 0xffffffff;

/**
 * Returns an IPv4 host as a number in host order: 0 for `""` (any address), `INADDR_BROADCAST` for
 * `"<broadcast>"`, NaN for a name.
 */
export function ipv4Number(host: string): number {
  if (host === lastText) return lastNumber;
  if (host === "") return 0;
  if (host === "<broadcast>") return INADDR_BROADCAST;
  const number = parseIPv4(host);
  if (number < 0) return NaN;
  lastText = host; // a number has only one dotted quad
  return lastNumber = number;
}

// Most sockets talk to one peer at a time, so the last address is usually the next one too, and
// converting between text and number is the expensive part.
let lastNumber = 0;
let lastText = "0.0.0.0";

/** The codec of `AF_INET`. */
export const inet: AddressCodec<InetAddress> = {
  encode(address, into, _socket, { layout, constants, resolve }) {
    const parts = checkTuple(address, 2, 2, "[host: string, port: number]");
    const host = string("host", parts[0]);
    const port = integer("port", parts[1], 0, 0xffff);
    let number = ipv4Number(host);
    if (Number.isNaN(number)) {
      number = parseIPv4(resolve(host, constants.AF_INET));
    }
    const { size, sin_port, sin_addr } = layout.sockaddr_in;
    writeHead(into, constants.AF_INET, size, layout);
    into.view.setUint16(sin_port.at, port);
    into.view.setUint32(sin_addr.at, number);
    return size;
  },

  decode(from, length, _socket, { layout: { sockaddr_in } }) {
    clearRest(from, length, sockaddr_in.size);
    const { view } = from;
    const number = view.getUint32(sockaddr_in.sin_addr.at);
    if (number !== lastNumber) {
      lastText = formatIPv4(number);
      lastNumber = number;
    }
    return [lastText, view.getUint16(sockaddr_in.sin_port.at)];
  },

  hostname(address) {
    const host = Array.isArray(address) ? address[0] : undefined;
    return typeof host === "string" && Number.isNaN(ipv4Number(host))
      ? host
      : undefined;
  },
};
