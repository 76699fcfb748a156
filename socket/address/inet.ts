/** `AF_INET`: `[host, port]` in a `sockaddr_in`. */

import { integer, string } from "../arguments.ts";
import {
  type AddressCodec,
  type CodecContext,
  head,
  type Sockaddr,
  tuple,
} from "./codec.ts";
import { formatIPv4, parseIPv4 } from "./ip.ts";
import type { InetAddress } from "./types.ts";

const INADDR_BROADCAST = 0xffffffff;

/** The number of an IPv4 host: `""` is any, `"<broadcast>"` is what it says; NaN if it is a name. */
export function numeric(host: string): number {
  if (host === "") return 0;
  if (host === "<broadcast>") return INADDR_BROADCAST;
  const number = parseIPv4(host);
  return number < 0 ? NaN : number;
}

// A server answers the one it heard from, and a client hears from the one it asked: the last
// address decoded is mostly the next one too, and making its text is the dearest part.
let lastNumber = 0;
let lastText = "0.0.0.0";

/** Writes the fields of a `sockaddr_in`, for the families that share it. */
export function encodeInet(
  family: number,
  host: string,
  port: number,
  into: Sockaddr,
  { layout, constants, resolve }: CodecContext,
): number {
  const { size, sin_port, sin_addr } = layout.sockaddr_in;
  let number = numeric(host);
  if (Number.isNaN(number)) {
    number = parseIPv4(resolve(host, constants.AF_INET));
  }
  into.view.setUint16(sin_port.at, port);
  into.view.setUint32(sin_addr.at, number);
  return head(into, family, size, layout);
}

/** The codec of `AF_INET`. */
export const inet: AddressCodec<InetAddress> = {
  encode(address, into, socket, context) {
    const [host, port] = tuple(address, 2, 2, "[host: string, port: number]");
    return encodeInet(
      socket.family,
      string("host", host),
      integer("port", port, 0, 0xffff),
      into,
      context,
    );
  },

  decode({ view }, _length, _socket, { layout: { sockaddr_in } }) {
    const number = view.getUint32(sockaddr_in.sin_addr.at);
    if (number !== lastNumber) {
      lastText = formatIPv4(number);
      lastNumber = number;
    }
    return [lastText, view.getUint16(sockaddr_in.sin_port.at)];
  },

  hostname(address) {
    const host = Array.isArray(address) ? address[0] : undefined;
    return typeof host === "string" && Number.isNaN(numeric(host))
      ? host
      : undefined;
  },
};
