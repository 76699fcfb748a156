/**
 * The PROXY protocol, versions 1 and 2: a header at the beginning of a connection, in which a proxy
 * says who its client is.
 */

import {
  AF_INET,
  AF_INET6,
  type AsyncSocket,
  inet_ntop,
  inet_pton,
} from "@libc/socket/async";

/** What a header says: who connected to where. */
export interface Proxied {
  source: [host: string, port: number];
  destination: [host: string, port: number];
}

/** A header that breaks the rules: such a connection is to be closed. */
export class ProxyHeaderError extends Error {}

const SIGNATURE = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10];
const VERSION_2 = 0x20;
const PROXY = 1;
/** The longest line of version 1. */
const LONGEST_LINE = 107;
/** Enough for addresses and what may follow them. */
const LONGEST_HEADER = 2048;

const isIPv6 = (host: string): boolean => host.includes(":");

/** Encodes a header of version 1, a line of text. */
export function encodeV1({ source, destination }: Proxied): Uint8Array {
  const kind = isIPv6(source[0]) ? "TCP6" : "TCP4";
  return new TextEncoder().encode(
    `PROXY ${kind} ${source[0]} ${destination[0]} ${source[1]} ${
      destination[1]
    }\r\n`,
  );
}

/** Encodes a header of version 2, which is binary. */
export function encodeV2({ source, destination }: Proxied): Uint8Array {
  const six = isIPv6(source[0]);
  const family = six ? AF_INET6 : AF_INET;
  const body = Uint8Array.from([
    ...inet_pton(family, source[0]),
    ...inet_pton(family, destination[0]),
    ...[source[1] >> 8, source[1] & 0xff],
    ...[destination[1] >> 8, destination[1] & 0xff],
  ]);
  return Uint8Array.from([
    ...SIGNATURE,
    VERSION_2 | PROXY,
    six ? 0x21 : 0x11, // TCP over IPv6, over IPv4
    ...[body.length >> 8, body.length & 0xff],
    ...body,
  ]);
}

/**
 * Receives the header of a connection, and not a byte more.
 *
 * @param signal ends the wait: a client that sends no header must not stay for ever
 * @returns who connected; `null` if the proxy connected for itself, as in checking the server
 * @throws {ProxyHeaderError} if there is none
 */
export async function receiveHeader(
  connection: AsyncSocket,
  signal: AbortSignal,
): Promise<Proxied | null> {
  // No header is shorter than "PROXY UNKNOWN\r\n".
  const start = await receiveExactly(connection, 15, signal);
  if (SIGNATURE.every((byte, i) => start[i] === byte)) {
    const [low] = await receiveExactly(connection, 1, signal);
    const length = start[14] << 8 | low;
    if (length > LONGEST_HEADER) throw new ProxyHeaderError("too long");
    const body = await receiveExactly(connection, length, signal);
    return decodeV2(start[12], start[13], body);
  }
  let line = text(start);
  if (!line.startsWith("PROXY ")) throw new ProxyHeaderError("no header");
  while (!line.endsWith("\r\n")) {
    if (line.length === LONGEST_LINE) throw new ProxyHeaderError("too long");
    line += text(await receiveExactly(connection, 1, signal));
  }
  return decodeV1(line);
}

const text = (data: Uint8Array): string =>
  new TextDecoder("latin1").decode(data);

async function receiveExactly(
  connection: AsyncSocket,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const all = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const rest = all.subarray(at);
    const count = await connection.recv_into(rest, 0, 0, { signal });
    if (count === 0) throw new ProxyHeaderError("the connection ended");
    at += count;
  }
  return all;
}

/** Decodes a line of version 1. */
export function decodeV1(line: string): Proxied | null {
  if (/^PROXY UNKNOWN[^\r]*\r\n$/.test(line)) return null;
  const [, kind, from, to, fromPort, toPort] =
    /^PROXY TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5})\r\n$/.exec(line) ?? [];
  const family = kind === "4" ? AF_INET : AF_INET6;
  const ports = [Number(fromPort), Number(toPort)];
  try {
    const numeric = [from, to].map((host) =>
      inet_ntop(family, inet_pton(family, host))
    );
    if (ports.every((port) => port <= 65535)) {
      return {
        source: [numeric[0], ports[0]],
        destination: [numeric[1], ports[1]],
      };
    }
  } catch {
    // no addresses of that kind, or none at all
  }
  throw new ProxyHeaderError(`not a header: ${JSON.stringify(line)}`);
}

/** Decodes what follows the signature of version 2. */
export function decodeV2(
  command: number,
  kind: number,
  body: Uint8Array,
): Proxied | null {
  if (command === VERSION_2) return null; // LOCAL
  if (command !== (VERSION_2 | PROXY)) {
    throw new ProxyHeaderError(`unknown version or command ${command}`);
  }
  if (kind !== 0x11 && kind !== 0x21) return null; // not TCP: to be ignored
  const family = kind === 0x11 ? AF_INET : AF_INET6;
  const size = kind === 0x11 ? 4 : 16;
  // What follows the addresses are extensions.
  if (body.length < 2 * size + 4) throw new ProxyHeaderError("too short");
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return {
    source: [
      inet_ntop(family, body.slice(0, size)),
      view.getUint16(2 * size),
    ],
    destination: [
      inet_ntop(family, body.slice(size, 2 * size)),
      view.getUint16(2 * size + 2),
    ],
  };
}
