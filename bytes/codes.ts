/** The characters of formats: the size of each value, how it is checked, written and read. */

import { bytes, describe, isBytes } from "../errors/arguments.ts";
import { missingName, unavailable } from "../constants/table.ts";
import type { PlatformName } from "../constants/platform.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import type { Value } from "./types.ts";

/** What a character of a format stands for. */
export interface Code {
  /** Bytes a value; 1 if the repeat count is the length. */
  readonly size: number;
  /** What the offset of a value is a multiple of, in a native format. */
  readonly alignment: number;
  /** Whether the repeat count is the length of the one value, as for `s` and `p`. */
  readonly isString: boolean;
  /**
   * Checks a value.
   *
   * @param value what was passed
   * @param i its index among the values
   * @returns what `write` takes
   * @throws {TypeError} if it is of the wrong kind
   * @throws {RangeError} if it is out of range
   */
  check(value: unknown, i: number): Value;
  /** Writes a checked value into zeroed memory. */
  write(
    view: DataView<ArrayBuffer>,
    at: number,
    value: Value,
    littleEndian: boolean,
    length: number,
  ): void;
  /** Reads a value; bytes are a copy. */
  read(
    view: DataView<ArrayBuffer>,
    at: number,
    littleEndian: boolean,
    length: number,
  ): Value;
}

/** The codes of one kind of format by their characters. `x`, the padding, is not among them. */
export type Codes = ReadonlyMap<string, Code>;

/** The error of a value of the wrong kind. */
function wrongKind(i: number, value: unknown, rule: string): Error {
  const missing = missingName(value);
  return missing === undefined
    ? typeError(`values[${i}]: ${rule} (got ${describe(value)})`)
    : unavailable(`values[${i}]: ${missing}`);
}

/** A code whose values the methods `get` and `set` of `DataView` read and write. */
function number(
  method: "BigInt64" | "BigUint64" | "Int32" | "Float64",
  size: number,
  check: Code["check"],
): Code {
  const { [`get${method}`]: get, [`set${method}`]: set } = DataView
    .prototype as unknown as Record<string, (...args: unknown[]) => Value>;
  return {
    size,
    alignment: size,
    isString: false,
    check,
    write: (view, at, value, littleEndian) => {
      set.call(view, at, value, littleEndian);
    },
    read: (view, at, littleEndian) => {
      const value = get.call(view, at, littleEndian);
      return typeof value === "bigint" ? exact(value) : value;
    },
  };
}

/** A 64-bit integer as a number, where that is exact. */
function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** An integer in two's complement. */
function integer(character: string, size: number, isSigned: boolean): Code {
  const bits = 8 * size;
  const isBig = size === 8;
  const exactly = (value: number | bigint) =>
    isBig ? BigInt(value) : Number(value);
  // A pointer may be passed as the negative number that has the same bits.
  const hasNegative = isSigned || character === "P";
  const min = exactly(hasNegative ? -(2n ** BigInt(bits - 1)) : 0n);
  const max = exactly(2n ** BigInt(isSigned ? bits - 1 : bits) - 1n);
  const method = `${isBig ? "Big" : ""}${isSigned ? "Int" : "Uint"}${bits}`;
  return number(method as "Int32", size, (value, i) => {
    if (typeof value === "boolean") value = Number(value);
    if (typeof value !== "bigint" && !Number.isInteger(value)) {
      throw wrongKind(i, value, "required argument is not an integer");
    }
    const integer = exactly(value as number | bigint);
    if (integer >= min && integer <= max) return integer;
    throw rangeError(
      `values[${i}]: '${character}' format requires ${min} <= number <= ${max} (got ${value})`,
    );
  });
}

/** A floating-point number. From `limit` on, it would be rounded to infinity. */
function float(character: string, size: number, limit = Infinity): Code {
  const method = `Float${8 * size}`;
  return number(method as "Float64", size, (value, i) => {
    if (
      typeof value !== "number" && typeof value !== "bigint" &&
      typeof value !== "boolean"
    ) {
      throw wrongKind(i, value, "required argument is not a float");
    }
    const float = Number(value);
    const isInfinite = float === Infinity || float === -Infinity;
    if (isInfinite && typeof value === "bigint") {
      throw rangeError(`values[${i}]: int too large to convert to float`);
    }
    if (!isInfinite && Math.abs(float) >= limit) {
      throw rangeError(
        `values[${i}]: float too large to pack with ${character} format (got ${float})`,
      );
    }
    return float;
  });
}

const boolean: Code = {
  size: 1,
  alignment: 1,
  isString: false,
  check(value, i) {
    switch (typeof value) {
      case "boolean":
      case "number":
      case "bigint":
        return value !== false && value != 0;
      default:
        throw wrongKind(i, value, "required argument is not a bool");
    }
  },
  write: (view, at, value) => view.setUint8(at, value ? 1 : 0),
  read: (view, at) => view.getUint8(at) !== 0,
};

/** Bytes of a view. */
function bytesAt(
  view: DataView<ArrayBuffer>,
  at: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function checkBytes(
  value: unknown,
  i: number,
  rule: string,
): Uint8Array<ArrayBuffer> {
  if (!isBytes(value)) throw wrongKind(i, value, rule);
  return bytes(`values[${i}]`, value);
}

const char: Code = {
  size: 1,
  alignment: 1,
  isString: false,
  check(value, i) {
    const rule = "char format requires a bytes object of length 1";
    const data = checkBytes(value, i, rule);
    if (data.length === 1) return data;
    throw rangeError(`values[${i}]: ${rule} (got ${data.length} bytes)`);
  },
  write: (view, at, value) => view.setUint8(at, (value as Uint8Array)[0]),
  read: (view, at) => bytesAt(view, at, 1).slice(),
};

/** A string of fixed length: cut, or filled up with zeros. */
const fixedString: Code = {
  size: 1,
  alignment: 1,
  isString: true,
  check: (value, i) =>
    checkBytes(value, i, "argument for 's' must be a bytes object"),
  write(view, at, value, _, length) {
    bytesAt(view, at, length).set((value as Uint8Array).subarray(0, length));
  },
  read: (view, at, _, length) => bytesAt(view, at, length).slice(),
};

/** A string with its length, of up to 255, in the first byte. */
const pascalString: Code = {
  size: 1,
  alignment: 1,
  isString: true,
  check: (value, i) =>
    checkBytes(value, i, "argument for 'p' must be a bytes object"),
  write(view, at, value, _, length) {
    if (length === 0) return;
    const data = (value as Uint8Array).subarray(0, Math.min(length - 1, 255));
    view.setUint8(at, data.length);
    bytesAt(view, at + 1, data.length).set(data);
  },
  read(view, at, _, length) {
    if (length === 0) return new Uint8Array();
    const stored = Math.min(view.getUint8(at), length - 1);
    return bytesAt(view, at + 1, stored).slice();
  },
};

// Half way from the largest float to the next one, if the exponent had room for it. Ties round to
// even, which is that next one: infinity.
const FLOAT16_LIMIT = 65520;
const FLOAT32_LIMIT = 2 ** 128 - 2 ** 103;

/** What formats of both kinds have in common. */
const common: [string, Code][] = [
  ["c", char],
  ["b", integer("b", 1, true)],
  ["B", integer("B", 1, false)],
  ["?", boolean],
  ["h", integer("h", 2, true)],
  ["H", integer("H", 2, false)],
  ["i", integer("i", 4, true)],
  ["I", integer("I", 4, false)],
  ["q", integer("q", 8, true)],
  ["Q", integer("Q", 8, false)],
  ["e", float("e", 2, FLOAT16_LIMIT)],
  ["d", float("d", 8)],
  ["s", fixedString],
  ["p", pascalString],
];

/** The codes of standard formats, whose sizes are the same everywhere. */
export const standardCodes: Codes = new Map([
  ...common,
  ["l", integer("l", 4, true)],
  ["L", integer("L", 4, false)],
  ["f", float("f", 4, FLOAT32_LIMIT)],
]);

/** The codes of native formats: the sizes and alignments of C's types on a platform. */
export function nativeCodes(platform: PlatformName): Codes {
  // Every platform has 64-bit pointers, but on Windows a `long` has 32 bits.
  const long = platform === "windows" ? 4 : 8;
  return new Map([
    ...common,
    ["l", integer("l", long, true)],
    ["L", integer("L", long, false)],
    ["n", integer("n", 8, true)],
    ["N", integer("N", 8, false)],
    ["P", integer("P", 8, false)],
    // C's own conversion rounds to infinity.
    ["f", float("f", 4)],
  ]);
}
