/** The names of text encodings. */

import { rangeError } from "../../constants/stack.ts";
import type { Charset } from "./charset.ts";
import { ascii, latin1, singleByteCharset } from "./single_byte.ts";
import { utf16be, utf16le, utf32be, utf32le, utf8 } from "./unicode.ts";

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
