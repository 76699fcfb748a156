/** IPv4 and IPv6 addresses: their text, and the codecs of `AF_INET` and `AF_INET6`. */

import { integer, string } from "../../errors/arguments.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  writeHead,
} from "./codec.ts";
import type { Inet6Address, InetAddress } from "./types.ts";

// IP addresses as text: `inet_pton` and `inet_ntop` for IPv4 and IPv6, as in glibc.

const DOT = 46, COLON = 58;

/** Every byte as text, because a lookup is cheaper than a conversion. */
const decimal = Array.from({ length: 256 }, (_, byte) => byte.toString());
const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16));

/**
 * Parses a dotted quad: four decimal numbers and nothing else.
 *
 * @param text the text
 * @param start the offset of the quad in it
 * @returns the address as a number in host order, or -1 if the text is not a dotted quad
 */
export function parseIPv4(text: string, start = 0): number {
  let address = 0, dots = 0;
  let octet = -1; // none yet
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === DOT) {
      if (octet < 0 || dots === 3) return -1;
      address = address << 8 | octet;
      octet = -1;
      dots++;
    } else {
      const digit = c - 48;
      // A leading zero might mean octal.
      if (digit < 0 || digit > 9 || octet === 0) return -1;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return -1;
    }
  }
  return dots === 3 && octet >= 0 ? (address << 8 | octet) >>> 0 : -1;
}

/** Formats an IPv4 address, a number in host order, as a dotted quad. */
export function formatIPv4(address: number): string {
  return decimal[address >>> 24] + "." + decimal[address >>> 16 & 255] + "." +
    decimal[address >>> 8 & 255] + "." + decimal[address & 255];
}

/**
 * Parses an IPv6 address in any form that RFC 4291 allows, without a scope.
 *
 * @param text the text
 * @param into the buffer for its 16 bytes, in network order
 * @param at the offset of the first byte in it
 * @returns whether the text is an address; if not, `into` may hold a part of one
 */
export function parseIPv6(text: string, into: Uint8Array, at = 0): boolean {
  const end = at + 16;
  let to = at; // where the next group goes
  let gap = -1; // where "::" is
  let group = 0, digits = 0, start = 0;
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false;
    gap = to;
    start = 2;
  }
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === COLON) {
      if (digits === 0) { // the second of "::"
        if (gap >= 0) return false;
        gap = to;
      } else {
        if (to === end || i + 1 === text.length) return false;
        into[to++] = group >> 8;
        into[to++] = group;
        group = digits = 0;
      }
      start = i + 1;
      continue;
    }
    if (c === DOT) { // the last 32 bits as a dotted quad
      const quad = parseIPv4(text, start);
      if (quad < 0 || to > end - 4) return false;
      for (let shift = 24; shift >= 0; shift -= 8) into[to++] = quad >>> shift;
      digits = 0;
      break;
    }
    const digit = hexDigit(c);
    if (digit < 0 || digits === 4) return false;
    group = group << 4 | digit;
    digits++;
  }
  if (digits > 0) {
    if (to === end) return false;
    into[to++] = group >> 8;
    into[to++] = group;
  }
  if (gap < 0) return to === end;
  if (to === end) return false; // "::" stands for at least one group
  for (let from = to - 1, last = end - 1; last >= gap; from--, last--) {
    into[last] = from >= gap ? into[from] : 0;
  }
  return true;
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const letter = c | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/**
 * Formats an IPv6 address as glibc's `inet_ntop` does: `::` for the longest run of two or more zero
 * groups (the first of equal runs), and a dotted quad at the end of IPv4-mapped and IPv4-compatible
 * addresses.
 *
 * @param from the buffer with its 16 bytes, in network order
 * @param at the offset of the first byte in it
 */
export function formatIPv6(from: Uint8Array, at = 0): string {
  let gap = -1, gapEnd = -1, longest = 1;
  for (let i = 0; i < 8; i++) {
    const start = i;
    while (i < 8 && groupAt(from, at, i) === 0) i++;
    if (i - start > longest) {
      longest = i - start;
      gap = start;
      gapEnd = i;
    }
  }
  const quad = gap === 0 &&
    (gapEnd === 6 || (gapEnd === 5 && groupAt(from, at, 5) === 0xffff));
  let text = "";
  for (let i = 0; i < 8; i++) {
    if (i === gap) {
      text += "::";
      i = gapEnd;
      if (i === 8) break;
    } else if (i > 0) text += ":";
    if (i === 6 && quad) {
      const high = groupAt(from, at, 6), low = groupAt(from, at, 7);
      return text + formatIPv4((high << 16 | low) >>> 0);
    }
    const group = groupAt(from, at, i);
    text += group < 256
      ? hexadecimal[group]
      : hexadecimal[group >> 8] + (group & 0xf0 ? "" : "0") +
        hexadecimal[group & 255];
  }
  return text;
}

/** Returns one of the eight 16-bit groups of an address. */
function groupAt(from: Uint8Array, at: number, index: number): number {
  return from[at + 2 * index] << 8 | from[at + 2 * index + 1];
}

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

// `AF_INET6` addresses: `[host, port, flowinfo, scope_id]` in a `sockaddr_in6`.

/** The last address converted, as text and as bytes. For the reason, see inet.ts. */
interface Last {
  text: string;
  readonly bytes: Uint8Array;
}

// One for each direction, because an IPv6 address has several spellings.
const lastRead: Last = { text: "::", bytes: new Uint8Array(16) };
const lastWritten: Last = { text: "::", bytes: new Uint8Array(16) };
const scratch = new Uint8Array(16);

/** Splits `fe80::1%eth0` into address and scope; the scope is `""` if there is none. */
function splitScope(host: string): [address: string, scope: string] {
  const at = host.indexOf("%");
  return at < 0 || at === host.length - 1
    ? [host, ""]
    : [host.slice(0, at), host.slice(at + 1)];
}

/** Parses an address without a scope into `lastRead`; returns whether the text is one. */
function parse(text: string): boolean {
  if (text === lastRead.text) return true;
  if (!parseIPv6(text === "" ? "::" : text, scratch)) return false;
  lastRead.bytes.set(scratch);
  lastRead.text = text;
  return true;
}

/** The codec of `AF_INET6`. */
export const inet6: AddressCodec<Inet6Address> = {
  encode(address, into, socket, context) {
    const form =
      "[host: string, port: number, flowinfo?: number, scope_id?: number]";
    const parts = checkTuple(address, 2, 4, form);
    const host = string("host", parts[0]);
    const port = integer("port", parts[1], 0, 0xffff);
    const flowinfo = parts[2] === undefined
      ? 0
      : integer("flowinfo", parts[2], 0, 0xfffff);
    let scope_id = parts[3] === undefined
      ? undefined
      : integer("scope_id", parts[3], 0, 0xffffffff);
    if (!parse(host)) {
      let [text, scope] = splitScope(host);
      if (!parse(text)) {
        [text, scope] = splitScope(context.resolve(host, socket.family));
        parse(text);
      }
      if (scope !== "") scope_id ??= scopeId(scope, context.if_nametoindex);
    }
    const { size, sin6_port, sin6_flowinfo, sin6_addr, sin6_scope_id } =
      context.layout.sockaddr_in6;
    writeHead(into, socket.family, size, context.layout);
    into.view.setUint16(sin6_port.at, port);
    into.view.setUint32(sin6_flowinfo.at, flowinfo);
    for (let i = 0; i < 16; i++) {
      into.bytes[sin6_addr.at + i] = lastRead.bytes[i];
    }
    into.view.setUint32(sin6_scope_id.at, scope_id ?? 0, true);
    return size;
  },

  decode(from, length, _socket, { layout: { sockaddr_in6: fields } }) {
    clearRest(from, length, fields.size);
    const { bytes, view } = from;
    const { at } = fields.sin6_addr;
    let same = true;
    for (let i = 0; i < 16; i++) {
      if (bytes[at + i] === lastWritten.bytes[i]) continue;
      lastWritten.bytes[i] = bytes[at + i];
      same = false;
    }
    if (!same) lastWritten.text = formatIPv6(lastWritten.bytes);
    return [
      lastWritten.text,
      view.getUint16(fields.sin6_port.at),
      view.getUint32(fields.sin6_flowinfo.at),
      view.getUint32(fields.sin6_scope_id.at, true),
    ];
  },

  hostname(address) {
    const host = Array.isArray(address) ? address[0] : undefined;
    return typeof host !== "string" || parse(host) || parse(splitScope(host)[0])
      ? undefined
      : host;
  },
};

/** Returns the number of a scope: the scope itself, or the index of the interface it names. */
function scopeId(
  scope: string,
  if_nametoindex: (name: string) => number,
): number {
  return /^\d+$/.test(scope)
    ? integer("scope_id", +scope, 0, 0xffffffff)
    : if_nametoindex(scope);
}
