/** The character sets of text files: those of Unicode, and those of one byte a character. */

/** Bytes that are not in the encoding, or not yet all there. */
export interface Fault {
  /** The offset of the first byte. */
  readonly at: number;
  /** How many bytes. */
  readonly length: number;
  /** What is wrong, in Python's words. */
  readonly reason: string;
  /** Whether more bytes could make a character of them. */
  readonly isIncomplete?: boolean;
}

/** An encoding, without state. */
export interface Charset {
  /** The name in error messages, as Python has it. */
  readonly name: string;
  /** How many bytes a code unit has. */
  readonly unit: 1 | 2 | 4;
  /** Decodes bytes. Returns `undefined` if some of them are not in the encoding. */
  decode(bytes: Uint8Array): string | undefined;
  /**
   * Finds the next bytes that are not in the encoding.
   *
   * @param bytes the bytes
   * @param from the offset of the first one
   * @param final whether there are no more after these
   */
  fault(bytes: Uint8Array, from: number, final: boolean): Fault | undefined;
  /** Encodes text. Returns `undefined` if it contains a character that the encoding lacks. */
  encode(text: string): Uint8Array<ArrayBuffer> | undefined;
  /** Whether the encoding lacks a character. */
  lacks(code: number): boolean;
  /** Why it lacks characters, in Python's words. */
  readonly lacking: string;
  /** What is peculiar to the encodings of Unicode: bytes that stand for a surrogate. */
  readonly surrogates?: {
    /** Returns the surrogate at an offset, or `undefined` if there is none. */
    decode(bytes: Uint8Array, at: number): number | undefined;
    /** Encodes a surrogate. */
    encode(surrogate: number): Uint8Array<ArrayBuffer>;
  };
}

/** Whether a code point is a surrogate. */
export const isSurrogate = (code: number): boolean =>
  code >= 0xd800 && code <= 0xdfff;

// The encodings of Unicode: UTF-8, UTF-16 and UTF-32.

/** Decodes with a `TextDecoder`. Returns `undefined` if bytes are not in the encoding. */
function decoded(decoder: TextDecoder, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

// A byte order mark is text, except where it states the byte order.
const options = { fatal: true, ignoreBOM: true };

const encoder = new TextEncoder();
// Most texts are short, and allocating a buffer for each takes longer than encoding it.
const encoded = new Uint8Array(0x4000);

const utf8Decoder = new TextDecoder("utf-8", options);

/** UTF-8. The encoded bytes are valid until the next text is encoded. */
export const utf8: Charset = {
  name: "utf-8",
  unit: 1,
  decode: (bytes) => decoded(utf8Decoder, bytes),
  fault: utf8Fault,
  encode(text) {
    if (!text.isWellFormed()) return undefined;
    if (3 * text.length > encoded.length) return encoder.encode(text);
    return encoded.subarray(0, encoder.encodeInto(text, encoded).written);
  },
  lacks: isSurrogate,
  lacking: "surrogates not allowed",
  surrogates: {
    decode(bytes, at) {
      const [lead, second, third] = bytes.subarray(at, at + 3);
      return lead === 0xed && second >> 5 === 5 && third >> 6 === 2
        ? 0xd000 | (second & 0x3f) << 6 | third & 0x3f
        : undefined;
    },
    encode: (code) =>
      Uint8Array.of(0xed, 0x80 | code >> 6 & 0x3f, 0x80 | code & 0x3f),
  },
};

function utf8Fault(
  bytes: Uint8Array,
  from: number,
  final: boolean,
): Fault | undefined {
  const { length } = bytes;
  for (let at = from; at < length;) {
    const lead = bytes[at];
    if (lead < 0x80) {
      at++;
      continue;
    }
    if (lead < 0xc2 || lead > 0xf4) {
      return { at, length: 1, reason: "invalid start byte" };
    }
    const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte must not make an overlong form, a surrogate, or what is beyond U+10FFFF.
    let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    let have = 1;
    while (have < size && bytes[at + have] >= low && bytes[at + have] <= high) {
      have++;
      [low, high] = [0x80, 0xbf];
    }
    if (have === size) {
      at += size;
      continue;
    }
    if (at + have === length) {
      const reason = "unexpected end of data";
      return { at, length: have, reason, isIncomplete: !final };
    }
    // A surrogate in two pieces is one for the error handler "surrogatepass".
    const isIncomplete = !final && lead === 0xed && at + 2 === length &&
      bytes[at + 1] >> 5 === 5;
    const reason = "invalid continuation byte";
    return { at, length: have, reason, isIncomplete };
  }
  return undefined;
}

/** UTF-16 of one byte order. */
function utf16(littleEndian: boolean): Charset {
  const name = littleEndian ? "utf-16-le" : "utf-16-be";
  const decoder = new TextDecoder(
    littleEndian ? "utf-16le" : "utf-16be",
    options,
  );
  const [low, high] = littleEndian ? [0, 1] : [1, 0];
  const unitAt = (bytes: Uint8Array, at: number): number =>
    bytes[at + low] | bytes[at + high] << 8;
  const encode = (text: string): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(2 * text.length);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      bytes[2 * i + low] = unit;
      bytes[2 * i + high] = unit >> 8;
    }
    return bytes;
  };
  return {
    name,
    unit: 2,
    decode: (bytes) => decoded(decoder, bytes),
    fault(bytes, from, final) {
      const { length } = bytes;
      let at = from;
      for (; at + 1 < length; at += 2) {
        const unit = unitAt(bytes, at);
        if (!isSurrogate(unit)) continue;
        if (unit >= 0xdc00) {
          return { at, length: 2, reason: "illegal encoding" };
        }
        if (at + 3 >= length) {
          const reason = "unexpected end of data";
          return { at, length: length - at, reason, isIncomplete: !final };
        }
        if (unitAt(bytes, at + 2) >> 10 !== 0xdc00 >> 10) {
          return { at, length: 2, reason: "illegal UTF-16 surrogate" };
        }
        at += 2;
      }
      if (at === length) return undefined;
      const reason = "truncated data";
      return { at, length: 1, reason, isIncomplete: !final };
    },
    encode: (text) => text.isWellFormed() ? encode(text) : undefined,
    lacks: isSurrogate,
    lacking: "surrogates not allowed",
    surrogates: {
      decode(bytes, at) {
        const unit = unitAt(bytes, at);
        return at + 1 < bytes.length && isSurrogate(unit) ? unit : undefined;
      },
      encode: (code) => encode(String.fromCharCode(code)),
    },
  };
}

/** UTF-16, the least significant byte first. */
export const utf16le: Charset = utf16(true);
/** UTF-16, the most significant byte first. */
export const utf16be: Charset = utf16(false);

/** UTF-32 of one byte order. */
function utf32(littleEndian: boolean): Charset {
  const encode = (text: string): Uint8Array<ArrayBuffer> => {
    const codes = Array.from(text, (character) => character.codePointAt(0)!);
    const view = new DataView(new ArrayBuffer(4 * codes.length));
    codes.forEach((code, i) => view.setUint32(4 * i, code, littleEndian));
    return new Uint8Array(view.buffer);
  };
  const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
    new DataView(buffer, byteOffset, byteLength);
  return {
    name: littleEndian ? "utf-32-le" : "utf-32-be",
    unit: 4,
    decode(bytes) {
      const view = viewOf(bytes);
      let text = "";
      if (bytes.length % 4 !== 0) return undefined;
      for (let at = 0; at < bytes.length; at += 4) {
        const code = view.getUint32(at, littleEndian);
        if (isSurrogate(code) || code > 0x10ffff) return undefined;
        text += String.fromCodePoint(code);
      }
      return text;
    },
    fault(bytes, from, final) {
      const view = viewOf(bytes);
      let at = from;
      for (; at + 3 < bytes.length; at += 4) {
        const code = view.getUint32(at, littleEndian);
        if (!isSurrogate(code) && code <= 0x10ffff) continue;
        const reason = code > 0x10ffff
          ? "code point not in range(0x110000)"
          : "code point in surrogate code point range(0xd800, 0xe000)";
        return { at, length: 4, reason };
      }
      if (at === bytes.length) return undefined;
      const length = bytes.length - at;
      return { at, length, reason: "truncated data", isIncomplete: !final };
    },
    encode: (text) => text.isWellFormed() ? encode(text) : undefined,
    lacks: isSurrogate,
    lacking: "surrogates not allowed",
    surrogates: {
      decode(bytes, at) {
        if (at + 3 >= bytes.length) return undefined;
        const code = viewOf(bytes).getUint32(at, littleEndian);
        return isSurrogate(code) ? code : undefined;
      },
      encode: (code) => encode(String.fromCharCode(code)),
    },
  };
}

/** UTF-32, the least significant byte first. */
export const utf32le: Charset = utf32(true);
/** UTF-32, the most significant byte first. */
export const utf32be: Charset = utf32(false);

// The encodings whose characters have one byte.

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
