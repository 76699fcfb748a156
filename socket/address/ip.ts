/** IP addresses as text: `inet_pton` and `inet_ntop` for both versions, as the C library has them. */

/**
 * Reads a dotted quad: four decimal numbers and nothing else.
 *
 * @returns the address as a number in host order, or -1 if the text is none
 */
export function parseIPv4(text: string): number {
  return parseIPv4At(text, 0);
}

function parseIPv4At(text: string, start: number): number {
  let address = 0, octet = 0, digits = 0, dots = 0;
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i) - 48;
    if (c >= 0 && c <= 9) {
      if (digits > 0 && octet === 0) return -1; // a leading zero might mean octal
      octet = octet * 10 + c;
      if (octet > 255) return -1;
      digits++;
    } else if (c === -2 && digits > 0 && dots < 3) {
      address = address * 256 + octet;
      octet = digits = 0;
      dots++;
    } else return -1;
  }
  return dots === 3 && digits > 0 ? address * 256 + octet : -1;
}

/** Writes an IPv4 address, a number in host order, as a dotted quad. */
export function formatIPv4(address: number): string {
  return `${address >>> 24}.${address >>> 16 & 255}.${address >>> 8 & 255}.${
    address & 255
  }`;
}

/**
 * Reads an IPv6 address, in any form RFC 4291 allows (without a scope).
 *
 * @param into where its 16 bytes go
 * @param at the offset of the first
 * @returns whether the text is one; if not, `into` may hold a part of it
 */
export function parseIPv6(text: string, into: Uint8Array, at = 0): boolean {
  let bytes = 0, gap = -1, i = 0;
  if (text.startsWith(":")) {
    if (!text.startsWith("::")) return false;
    gap = 0;
    i = 2;
  }
  while (i < text.length) {
    if (bytes === 16) return false;
    const start = i;
    let group = 0;
    for (; i < text.length && i - start < 5; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      group = group << 4 | digit;
    }
    if (i === start || i - start > 4) return false;
    if (text[i] === ".") { // the last 32 bits as a dotted quad
      const quad = parseIPv4At(text, start);
      if (quad < 0 || bytes > 12) return false;
      for (let shift = 24; shift >= 0; shift -= 8) {
        into[at + bytes++] = quad >>> shift & 255;
      }
      i = text.length;
      break;
    }
    into[at + bytes++] = group >> 8;
    into[at + bytes++] = group & 255;
    if (i === text.length) break;
    if (text[i++] !== ":") return false;
    if (text[i] === ":") {
      if (gap >= 0) return false;
      gap = bytes;
      i++;
    } else if (i === text.length) return false;
  }
  if (gap < 0) return bytes === 16;
  if (bytes === 16) return false; // "::" stands for at least one group
  const tail = bytes - gap;
  into.copyWithin(at + 16 - tail, at + gap, at + bytes);
  into.fill(0, at + gap, at + 16 - tail);
  return true;
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const letter = c | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/**
 * Writes an IPv6 address as text, as `inet_ntop` of the C library does: the first longest run of
 * two or more zero groups as `::`, and a dotted quad at the end of mapped and compatible addresses.
 *
 * @param from where its 16 bytes are
 * @param at the offset of the first
 */
export function formatIPv6(from: Uint8Array, at = 0): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) {
    groups.push(from[at + i] << 8 | from[at + i + 1]);
  }
  let gap = -1, gapLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > gapLength) {
      gap = i;
      gapLength = end - i;
    }
    i = Math.max(i, end);
  }
  const quad = gap === 0 &&
    (gapLength === 6 || (gapLength === 5 && groups[5] === 0xffff));
  let text = "";
  for (let i = 0; i < 8; i++) {
    if (i === gap) {
      text += "::";
      i += gapLength - 1;
      continue;
    }
    if (i === 6 && quad) {
      return text + (text.endsWith(":") ? "" : ":") +
        formatIPv4((groups[6] << 16 | groups[7]) >>> 0);
    }
    text += (text === "" || text.endsWith(":") ? "" : ":") +
      groups[i].toString(16);
  }
  return text;
}
