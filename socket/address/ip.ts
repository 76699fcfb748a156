/** IP addresses as text: `inet_pton` and `inet_ntop` for IPv4 and IPv6, as in glibc. */

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
