/** The encodings whose characters have one byte. */

import type { Charset } from "./charset.ts";

/** Stands in a table for a byte that is no character. */
const NONE = 0xffff;

const units = new TextDecoder("utf-16le", { ignoreBOM: true });

/** Makes an encoding of a table: which code point each of the 256 bytes stands for. */
function singleByte(
  name: string,
  table: Uint16Array,
  reason = "character maps to <undefined>",
): Charset {
  let byCode: Map<number, number> | undefined;
  /** Returns the byte of a code point; `undefined` if there is none. */
  const byteOf = (code: number): number | undefined => {
    if (code < 256 && table[code] === code) return code;
    byCode ??= new Map(
      Array.from(table, (code, byte): [number, number] => [code, byte])
        .filter(([code]) => code !== NONE),
    );
    return byCode.get(code);
  };
  return {
    name,
    unit: 1,
    decode(bytes) {
      const codes = new Uint16Array(bytes.length);
      for (let at = 0; at < bytes.length; at++) {
        const code = table[bytes[at]];
        if (code === NONE) return undefined;
        codes[at] = code;
      }
      return units.decode(codes);
    },
    fault(bytes, from) {
      let at = from;
      while (at < bytes.length && table[bytes[at]] !== NONE) at++;
      return at < bytes.length ? { at, length: 1, reason } : undefined;
    },
    encode(text) {
      const bytes = new Uint8Array(text.length);
      for (let at = 0; at < text.length; at++) {
        const byte = byteOf(text.charCodeAt(at));
        if (byte === undefined) return undefined;
        bytes[at] = byte;
      }
      return bytes;
    },
    lacks: (code) => byteOf(code) === undefined,
    lacking: reason,
  };
}

/** The first so many bytes are the characters of the same numbers, the others none. */
const identity = (size: number): Uint16Array =>
  Uint16Array.from({ length: 256 }, (_, byte) => byte < size ? byte : NONE);

/** ASCII. */
export const ascii: Charset = singleByte(
  "ascii",
  identity(128),
  "ordinal not in range(128)",
);
/** ISO 8859-1. */
export const latin1: Charset = singleByte(
  "latin-1",
  identity(256),
  "ordinal not in range(256)",
);

/** The characters from byte 128 on of code pages that `TextDecoder` lacks. */
const upper: Record<string, string> = {
  cp437:
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\xa0",
  cp850:
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\xad±‗¾¶§÷¸°¨·¹³²■\xa0",
};

/** Where Python differs from `TextDecoder`. */
const patches: Record<string, Record<number, number>> = {
  "koi8-u": { 0xae: 0x255d, 0xbe: 0x256c },
  "tis-620": { 0xa0: NONE },
  "windows-1255": { 0xca: NONE },
};

/** The labels of tables that `TextDecoder` has under a name with another range from 80 to 9F. */
const labels: Record<string, string> = {
  "iso-8859-9": "windows-1254",
  "iso-8859-11": "windows-874",
  "tis-620": "windows-874",
};

const known = new Map<string, Charset>();

/**
 * Returns an encoding by its name.
 *
 * @param name `cp437`, `cp850`, or an encoding of `TextDecoder` whose characters have one byte
 */
export function singleByteCharset(name: string): Charset {
  let charset = known.get(name);
  if (charset === undefined) {
    charset = singleByte("charmap", tableOf(name));
    known.set(name, charset);
  }
  return charset;
}

function tableOf(name: string): Uint16Array {
  const table = identity(128);
  if (Object.hasOwn(upper, name)) {
    table.set(Array.from(upper[name], (one) => one.charCodeAt(0)), 128);
    return table;
  }
  const decoder = new TextDecoder(labels[name] ?? name, { fatal: true });
  const isIso = /^iso|^tis/.test(name);
  const isPage = /^win/.test(name);
  for (let byte = 128; byte < 256; byte++) {
    try {
      table[byte] = decoder.decode(Uint8Array.of(byte)).charCodeAt(0);
    } catch {
      continue;
    }
    if (byte >= 0xa0) continue;
    // Browsers read code pages instead of ISO 8859, and give their unused bytes a meaning.
    if (isIso) table[byte] = byte;
    else if (isPage && table[byte] === byte) table[byte] = NONE;
  }
  for (const [byte, code] of Object.entries(patches[name] ?? {})) {
    table[Number(byte)] = code;
  }
  return table;
}
