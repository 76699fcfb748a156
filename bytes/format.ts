/** Formats, read once. */

import { platform } from "../constants/platform.ts";
import { rangeError } from "../constants/stack.ts";
import { type Code, type Codes, nativeCodes, standardCodes } from "./codes.ts";

/** Values of one kind, one after the other. */
export interface Run {
  /** The offset of the first value. */
  readonly at: number;
  /** How many values. */
  readonly count: number;
  /** What they are. */
  readonly code: Code;
  /** Bytes from one value to the next. */
  readonly length: number;
}

/** What a format says. */
export interface Format {
  /** Bytes that it describes. */
  readonly size: number;
  /** How many values it has. */
  readonly count: number;
  /** Where the values are. */
  readonly runs: readonly Run[];
  /** The byte order. */
  readonly littleEndian: boolean;
}

const codesHere = nativeCodes(platform);

const ORDERS = ["@", "=", "<", ">", "!"];
const SPACES = [" ", "\t", "\n", "\v", "\f", "\r"];

/**
 * Reads a format.
 *
 * @param format the format, as Python's `struct` defines it
 * @param native the codes of native formats
 * @returns where the values are
 * @throws {RangeError} if it is malformed, or describes 2^53 bytes or more
 */
export function parseFormat(
  format: string,
  native: Codes = codesHere,
): Format {
  const order = ORDERS.includes(format[0]) ? format[0] : "";
  const isNative = order === "" || order === "@";
  const codes = isNative ? native : standardCodes;
  const runs: Run[] = [];
  let size = 0;
  let count = 0;
  const items = format.slice(order.length).matchAll(/(\d*)(\D?)/gsu);
  for (const [item, digits, character] of items) {
    if (item === "" || SPACES.includes(item)) continue;
    if (character === "") {
      throw malformed("repeat count given without format specifier", format);
    }
    const code = codes.get(character);
    if (code === undefined && character !== "x") {
      throw malformed("bad char in struct format", format);
    }
    const repeat = digits === "" ? 1 : Number(digits);
    if (code === undefined) {
      size += repeat;
    } else {
      if (isNative) size = Math.ceil(size / code.alignment) * code.alignment;
      runs.push(
        code.isString
          ? { at: size, count: 1, code, length: repeat }
          : { at: size, count: repeat, code, length: code.size },
      );
      size += repeat * code.size;
      count += code.isString ? 1 : repeat;
    }
    if (!Number.isSafeInteger(size)) {
      throw malformed("total struct size too long", format);
    }
  }
  // Every processor that Deno runs on is little-endian.
  return { size, count, runs, littleEndian: order !== ">" && order !== "!" };
}

function malformed(rule: string, format: string): RangeError {
  return rangeError(`format: ${rule}: ${JSON.stringify(format)}`);
}
