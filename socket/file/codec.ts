/** Text encodings: Python's names, incremental decoders and encoders, error handlers. */

import { rangeError } from "../../constants/stack.ts";
import {
  ascii,
  type Charset,
  latin1,
  singleByteCharset,
  utf16be,
  utf16le,
  utf32be,
  utf32le,
  utf8,
} from "./charset.ts";
import {
  decodeFault,
  encodeFault,
  type ErrorHandler,
  joined,
} from "./error_handler.ts";

// The names of text encodings.

/** An encoding that starts with a byte order mark. */
export interface Marked {
  /** What follows each mark. The first one is written. */
  readonly marks:
    readonly (readonly [mark: Uint8Array<ArrayBuffer>, Charset])[];
  /** The error for text that starts without one; `null` if the first encoding applies then. */
  readonly missing: string | null;
}

/** An encoding whose characters have several bytes. It can only be read. */
export interface Foreign {
  /** The label of `TextDecoder`. */
  readonly label: string;
}

const utf8Sig: Marked = {
  marks: [[Uint8Array.of(0xef, 0xbb, 0xbf), utf8]],
  missing: null,
};
const utf16: Marked = {
  marks: [
    [Uint8Array.of(0xff, 0xfe), utf16le],
    [Uint8Array.of(0xfe, 0xff), utf16be],
  ],
  missing: "UTF-16 stream does not start with BOM",
};
const utf32: Marked = {
  marks: [
    [Uint8Array.of(0xff, 0xfe, 0, 0), utf32le],
    [Uint8Array.of(0, 0, 0xfe, 0xff), utf32be],
  ],
  missing: "UTF-32 stream does not start with BOM",
};

/** Names of Python, without punctuation, that `TextDecoder` lacks or means otherwise. */
const names = new Map<string, Charset | Marked | string>();
const named: [string, Charset | Marked | string][] = [
  ["utf8 u8 utf cp65001 utf8ucs2 utf8ucs4", utf8],
  ["utf8sig", utf8Sig],
  ["utf16 u16", utf16],
  ["utf16le unicodelittleunmarked", utf16le],
  ["utf16be unicodebigunmarked", utf16be],
  ["utf32 u32", utf32],
  ["utf32le", utf32le],
  ["utf32be", utf32be],
  ["ascii usascii csascii 646 us iso646us iso646irv1991 isoir6", ascii],
  ["ansix341968 ansix341986 cp367 ibm367", ascii],
  ["latin latin1 l1 8859 iso8859 cp819 ibm819 iso885911987", latin1],
  ["437 cp437 ibm437 cspc8codepage437", "cp437"],
  ["850 cp850 ibm850 cspc850multilingual", "cp850"],
  ["tis620 tis6200 tis62025290 tis62025291 isoir166", "tis-620"],
  ["thai", "iso-8859-11"],
  ["isoceltic isoir199", "iso-8859-14"],
  ["isoir226", "iso-8859-16"],
  ["elot928", "iso-8859-7"],
  ["macroman macintosh", "macintosh"],
  ["maccyrillic", "x-mac-cyrillic"],
];
for (const [keys, encoding] of named) {
  for (const key of keys.split(" ")) names.set(key, encoding);
}

/** The parts of ISO 8859 by their numbers as Latin alphabets. */
const latin = [0, 1, 2, 3, 4, 9, 10, 13, 14, 15, 16];

/** What browsers read instead of parts of ISO 8859. */
const replaced = new Map<string, Charset | string>([
  ["windows-1252", latin1],
  ["windows-1254", "iso-8859-9"],
  ["windows-874", "iso-8859-11"],
]);

/** The encodings of `TextDecoder` whose characters have several bytes. */
const foreign = new Set(
  ["gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr"],
);

/**
 * Finds an encoding by its name. As in Python, case and punctuation do not matter.
 *
 * @throws {RangeError} if it is unknown
 */
export function lookup(encoding: string): Charset | Marked | Foreign {
  const key = encoding.toLowerCase().replace(/[^a-z0-9]/g, "");
  const alphabet = /^(?:latin|l)(\d+)$/.exec(key)?.[1];
  const part = alphabet === undefined
    ? Number(/^(?:iso)?8859(\d\d?)(?:19\d\d|2001)?$/.exec(key)?.[1])
    : latin[Number(alphabet)];
  const page = /^(?:x?cp|windows|)(125\d|874)$/.exec(key)?.[1];
  let found: Charset | Marked | string | undefined = names.get(key);
  if (part > 0) found ??= part === 1 ? latin1 : `iso-8859-${part}`;
  found ??= page && `windows-${page}`;
  try {
    if (!found) {
      const own = labelOf(encoding);
      found = replaced.get(own) ?? names.get(own.replace("-", "")) ?? own;
    }
    if (typeof found !== "string") return found;
    return foreign.has(found) ? { label: found } : singleByteCharset(found);
  } catch (cause) {
    throw rangeError(`unknown encoding: ${encoding}`, { cause });
  }
}

/** Returns the name that `TextDecoder` has for an encoding. */
function labelOf(encoding: string): string {
  try {
    return new TextDecoder(encoding).encoding;
  } catch {
    return new TextDecoder(encoding.replaceAll("_", "-")).encoding;
  }
}

/** Decodes text from bytes that arrive in pieces. */
export interface IncrementalDecoder {
  /**
   * Decodes a piece.
   *
   * @param bytes the next bytes, which may end within a character
   * @param final whether they are the last ones
   * @returns the text decoded so far that was not returned before
   * @throws {RangeError} if bytes are not in the encoding, and the error handler does not apply
   */
  decode(bytes: Uint8Array, final: boolean): string;
}

/** Encodes text. The returned bytes are valid until the next text is encoded. */
export type Encoder = (text: string) => Uint8Array<ArrayBuffer>;

/**
 * Makes a decoder for an encoding.
 *
 * @param encoding its name
 * @param errors how to handle bytes that are not in the encoding
 * @throws {RangeError} if the encoding is unknown, or cannot be read with this error handler
 */
export function decoderOf(
  encoding: string,
  errors: ErrorHandler,
): IncrementalDecoder {
  const found = lookup(encoding);
  if ("marks" in found) return new MarkedDecoder(found, errors);
  if ("label" in found) return foreignDecoder(found.label, errors);
  return new CharsetDecoder(found, errors);
}

const nothing = new Uint8Array(0);

/** Returns bytes that were kept, and the ones after them. */
const after = (
  kept: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array,
): Uint8Array =>
  kept.length === 0 ? bytes : joined([kept, bytes as Uint8Array<ArrayBuffer>]);

/** Decodes an encoding without a byte order mark. */
class CharsetDecoder implements IncrementalDecoder {
  readonly #charset: Charset;
  readonly #errors: ErrorHandler;
  /** The bytes of a character that is not yet complete. */
  #kept: Uint8Array<ArrayBuffer> = nothing;

  constructor(charset: Charset, errors: ErrorHandler) {
    this.#charset = charset;
    this.#errors = errors;
  }

  /** How many bytes it keeps. */
  get pending(): number {
    return this.#kept.length;
  }

  decode(bytes: Uint8Array, final: boolean): string {
    const all = after(this.#kept, bytes);
    const end = final ? all.length : this.#complete(all);
    const text = this.#charset.decode(all.subarray(0, end));
    if (text === undefined) return this.#handling(all, final);
    this.#kept = end === all.length
      ? nothing
      : new Uint8Array(all.subarray(end));
    return text;
  }

  /** Returns where an incomplete character starts at the end of bytes without faults. */
  #complete(bytes: Uint8Array): number {
    const { length } = bytes;
    const { unit } = this.#charset;
    for (let at = Math.max(0, length - 3); at < length; at++) {
      if (at % unit !== 0) continue;
      const fault = this.#charset.fault(bytes, at, false);
      if (fault?.isIncomplete && fault.at === at) return at;
    }
    return length;
  }

  /** Decodes bytes with faults. */
  #handling(bytes: Uint8Array, final: boolean): string {
    const charset = this.#charset;
    let text = "";
    let at = 0;
    let end = bytes.length;
    for (;;) {
      const fault = charset.fault(bytes, at, final);
      if (fault === undefined || fault.isIncomplete) {
        end = fault?.at ?? end;
        break;
      }
      text += charset.decode(bytes.subarray(at, fault.at));
      const [replacement, length] = decodeFault(
        this.#errors,
        charset,
        bytes,
        fault,
      );
      text += replacement;
      at = fault.at + length;
    }
    text += charset.decode(bytes.subarray(at, end));
    this.#kept = new Uint8Array(bytes.subarray(end));
    return text;
  }
}

/** Decodes an encoding that starts with a byte order mark. */
class MarkedDecoder implements IncrementalDecoder {
  readonly #encoding: Marked;
  readonly #errors: ErrorHandler;
  #decoder: IncrementalDecoder | undefined;
  #kept: Uint8Array<ArrayBuffer> = nothing;

  constructor(encoding: Marked, errors: ErrorHandler) {
    this.#encoding = encoding;
    this.#errors = errors;
  }

  decode(bytes: Uint8Array, final: boolean): string {
    if (this.#decoder !== undefined) return this.#decoder.decode(bytes, final);
    const { marks, missing } = this.#encoding;
    const all = after(this.#kept, bytes);
    for (const [mark, charset] of marks) {
      if (mark.some((byte, at) => at < all.length && byte !== all[at])) {
        continue;
      }
      if (all.length >= mark.length) {
        return this.#start(charset, all.subarray(mark.length), final);
      }
      return this.#keep(all, final);
    }
    if (missing === null) return this.#start(marks[0][1], all, final);
    if (all.length < marks[0][0].length) return this.#keep(all, final);
    // As in Python, bytes that are in no case in the encoding have the first word.
    const decoder = new CharsetDecoder(marks[0][1], this.#errors);
    decoder.decode(all, final);
    if (decoder.pending === all.length) return this.#keep(all, final);
    throw rangeError(missing);
  }

  /** Keeps bytes that may be the start of a mark. */
  #keep(bytes: Uint8Array, final: boolean): string {
    this.#kept = new Uint8Array(bytes);
    return final && this.#encoding.missing !== null && bytes.length > 0
      ? this.#start(this.#encoding.marks[0][1], bytes, final)
      : "";
  }

  #start(charset: Charset, bytes: Uint8Array, final: boolean): string {
    const decoder = new CharsetDecoder(charset, this.#errors);
    const text = decoder.decode(bytes, final);
    this.#decoder = decoder;
    this.#kept = nothing;
    return text;
  }
}

/** Makes a decoder of an encoding that only `TextDecoder` has. */
function foreignDecoder(
  label: string,
  errors: ErrorHandler,
): IncrementalDecoder {
  if (errors !== "strict" && errors !== "ignore" && errors !== "replace") {
    throw rangeError(`errors: ${label} cannot be read with ${errors}`);
  }
  const make = (): TextDecoder =>
    new TextDecoder(label, { fatal: errors === "strict" });
  let decoder = make();
  return {
    decode(bytes, final): string {
      try {
        const text = decoder.decode(bytes, { stream: !final });
        return errors === "ignore" ? text.replaceAll("\ufffd", "") : text;
      } catch (cause) {
        decoder = make();
        throw rangeError(
          `'${label}' codec can't decode what was received`,
          { cause },
        );
      }
    },
  };
}

/**
 * Makes an encoder for an encoding.
 *
 * @param encoding its name
 * @param errors how to handle characters that the encoding lacks
 * @throws {RangeError} if the encoding is unknown, or can only be read
 */
export function encoderOf(encoding: string, errors: ErrorHandler): Encoder {
  const found = lookup(encoding);
  if ("label" in found) {
    throw rangeError(`encoding: ${encoding} can only be read`);
  }
  if (!("marks" in found)) return (text) => encoded(text, found, errors);
  const [mark, charset] = found.marks[0];
  let isFirst = true;
  return (text) => {
    const bytes = encoded(text, charset, errors);
    if (!isFirst) return bytes;
    isFirst = false;
    return joined([mark, bytes]);
  };
}

function encoded(
  text: string,
  charset: Charset,
  errors: ErrorHandler,
): Uint8Array<ArrayBuffer> {
  return charset.encode(text) ?? encodedHandling(text, charset, errors);
}

/** Encodes text that contains characters which the encoding lacks. */
function encodedHandling(
  text: string,
  charset: Charset,
  errors: ErrorHandler,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let clean = "";
  const flush = (): void => {
    // A copy, as the next text may be encoded into the same memory.
    parts.push(charset.encode(clean)!.slice());
    clean = "";
  };
  const codes = Array.from(text, (character) => character.codePointAt(0)!);
  for (let at = 0; at < codes.length;) {
    let end = at;
    while (end < codes.length && charset.lacks(codes[end])) {
      end++;
      if (charset.unit > 1) break; // as CPython, whose message then names one
    }
    if (end === at) {
      clean += String.fromCodePoint(codes[at++]);
      continue;
    }
    const other = encodeFault(errors, charset, codes.slice(at, end), at);
    if (typeof other === "string") clean += other;
    else {
      flush();
      parts.push(other);
    }
    at = end;
  }
  flush();
  return joined(parts);
}
