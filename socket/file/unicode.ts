/** The encodings of Unicode: UTF-8, UTF-16 and UTF-32. */

import { type Charset, type Fault, isSurrogate } from "./charset.ts";

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
