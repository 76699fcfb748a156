/** Checks of arguments: they throw an error that names the argument, before any system call. */

import { missingName, unavailable } from "../constants/missing.ts";
import {
  byteLengthOf,
  type Bytes,
  isBytes,
  typedArrayName,
  viewOf,
  wasDetached,
} from "./views.ts";

export type { Bytes };

/** The largest number of bytes that one call moves; the kernel's own limit is just below it. */
export const MAX_TRANSFER = 0x7fffffff;

/** Describes a value for an error message: a number, or the name of its type. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") {
    return typeof value === "number" ? String(value) : typeof value;
  }
  try {
    const name: unknown = value.constructor.name;
    if (typeof name === "string" && name !== "") return name;
  } catch {
    // It has no constructor, or one that throws: an object without a prototype, a revoked proxy.
  }
  return "object";
}

/** Converts what Python's `int` includes to a number: booleans and bigints. Otherwise `NaN`. */
function numberOf(value: unknown): number {
  return typeof value === "number" || typeof value === "bigint" ||
      typeof value === "boolean"
    ? Number(value)
    : NaN;
}

/**
 * Checks an integer. As in Python, a boolean is 0 or 1, and any size of integer is an integer.
 *
 * @param name the argument's name
 * @param value what was passed: a number, a bigint or a boolean
 * @param min the smallest allowed value, a safe integer
 * @param max the largest allowed value, a safe integer
 * @returns the value as a number, never -0, which the foreign function interface refuses. Use it
 * instead of what was passed
 * @throws {TypeError} if it is not an integer
 * @throws {RangeError} if it is out of bounds, or a constant that this platform lacks
 */
export function integer(
  name: string,
  value: unknown,
  min = -0x80000000,
  max = 0x7fffffff,
): number {
  const number = typeof value === "number" ? value : numberOf(value);
  if (!Number.isInteger(number) && typeof value !== "bigint") {
    throw notInteger(name, value);
  }
  if (number < min || number > max) {
    throw new RangeError(`${name} must be ${min}-${max}, not ${value}`);
  }
  return number + 0; // -0 becomes 0
}

function notInteger(name: string, value: unknown): Error {
  const missing = missingName(value);
  return missing === undefined
    ? new TypeError(`${name} must be an integer, not ${describe(value)}`)
    : unavailable(`${name}: ${missing}`);
}

/**
 * Returns the descriptor of an argument: a number, or an object with a method `fileno()`.
 *
 * @returns the descriptor, negative if the object is closed
 * @throws {TypeError} if it is neither
 * @throws {RangeError} if the number has more than 31 bits
 */
export function descriptorOf(name: string, value: unknown): number {
  if (typeof value === "number") return integer(name, value);
  const { fileno } = Object(value) as { fileno?: unknown };
  if (typeof fileno === "function") {
    return integer(`${name}.fileno()`, fileno.call(value));
  }
  if (missingName(value) !== undefined) throw notInteger(name, value);
  throw new TypeError(
    `${name} must be a descriptor or have a method fileno(), not ${
      describe(value)
    }`,
  );
}

/**
 * Checks the flags of a call, in 32 bits, signed or unsigned.
 *
 * @returns the flags as a signed integer
 * @throws {TypeError} if they are not an integer
 * @throws {RangeError} if they are out of bounds, or a constant that this platform lacks
 */
export function flagBits(flags: unknown): number {
  if (typeof flags === "number") {
    const bits = flags | 0;
    if (bits === flags) return bits;
  }
  return integer("flags", flags, -0x80000000, 0xffffffff) | 0;
}

/**
 * Returns the bytes of an argument without copying them.
 *
 * @param name the argument's name
 * @param value what was passed
 * @returns a view whose properties are true and whose length stays as it is. If the buffer is
 * detached or shrinks below the view, its length becomes 0
 * @throws {TypeError} if it is not bytes, or its buffer was detached or became too small for it
 */
export function bytes(name: string, value: unknown): Uint8Array<ArrayBuffer> {
  return view(name, value, Uint8Array<ArrayBuffer>);
}

/** The same as {@linkcode bytes}, but as a `DataView`. */
export function dataView(name: string, value: unknown): DataView<ArrayBuffer> {
  return view(name, value, DataView<ArrayBuffer>);
}

/**
 * The same as {@linkcode bytes} for the hot operations, which makes no view of a `Uint8Array` but
 * returns it. Its properties may be false: pass it to the system with the length that
 * `byteLengthOf` returns, and use nothing else of it.
 */
export function callersBytes(
  name: string,
  value: unknown,
): Uint8Array<ArrayBuffer> {
  if (typedArrayName(value) !== "Uint8Array") return bytes(name, value);
  const array = value as Uint8Array<ArrayBuffer>;
  // Views of a detached buffer are empty, so the common case costs one comparison.
  if (byteLengthOf(array) === 0) bytes(name, array);
  return array;
}

function view<V>(
  name: string,
  value: unknown,
  View: new (buffer: ArrayBuffer, byteOffset: number, byteLength: number) => V,
): V {
  if (!isBytes(value)) {
    throw new TypeError(
      `${name} must be bytes (an ArrayBuffer or a view of one), not ${
        describe(value)
      }`,
    );
  }
  try {
    return viewOf(value, View);
  } catch (cause) {
    throw gone(name, value, cause);
  }
}

/** The error for bytes whose buffer was detached or became too small, or that are not bytes. */
function gone(name: string, value: Bytes, cause: unknown): TypeError {
  let detached: boolean;
  try {
    detached = wasDetached(value);
  } catch {
    return new TypeError(
      `${name} must be bytes, not an object that only inherits from ${
        describe(value)
      }`,
      { cause },
    );
  }
  return new TypeError(
    `${name}: its ArrayBuffer ${
      detached ? "was detached" : "became too small for it"
    }`,
    { cause },
  );
}

/**
 * Checks a string.
 *
 * @throws {TypeError} if it is not a string
 */
export function string(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw new TypeError(`${name} must be a string, not ${describe(value)}`);
  }
  return value;
}

/**
 * Checks a string or bytes.
 *
 * @throws {TypeError} if it is neither
 */
export function stringOrBytes(
  name: string,
  value: unknown,
): string | Uint8Array<ArrayBuffer> {
  return typeof value === "string" ? value : bytes(name, value);
}

/**
 * Checks that a value is an instance of a class.
 *
 * @param name the argument's name
 * @param value what was passed
 * @param Class the class
 * @param what what the error message calls an instance, such as `a Socket`
 * @throws {TypeError} if it is not
 */
export function instance<T>(
  name: string,
  value: unknown,
  Class: {
    readonly prototype: T;
    [Symbol.hasInstance](value: unknown): boolean;
  },
  what: string,
): T {
  if (value instanceof Class) return value as T;
  throw new TypeError(`${name} must be ${what}, not ${describe(value)}`);
}

/**
 * Checks a function that may be left out.
 *
 * @throws {TypeError} if it is anything else
 */
export function optionalFunction<F>(name: string, value: F): F {
  if (
    value === undefined || value === null || typeof value === "function"
  ) return value;
  throw new TypeError(`${name} must be a function, not ${describe(value)}`);
}

/**
 * Checks an object of options; `undefined` and `null` stand for no options.
 *
 * @throws {TypeError} if it is anything else, such as the value of one option
 */
export function optionsOf<T extends object>(
  options: T | null | undefined,
): Partial<T> {
  if (options === undefined || options === null) return {};
  if (typeof options === "object" && !Array.isArray(options)) return options;
  throw new TypeError(`options must be an object, not ${describe(options)}`);
}

/**
 * Checks an iterable of values. Strings are rejected, although they are iterable: no argument of
 * this library takes their characters.
 *
 * @throws {TypeError} if it is not an iterable object
 */
export function iterable(name: string, values: unknown): Iterable<unknown> {
  if (
    typeof values === "object" && values !== null && Symbol.iterator in values
  ) {
    return values as Iterable<unknown>;
  }
  throw new TypeError(`${name} must be an iterable, not ${describe(values)}`);
}

/**
 * Checks a timeout.
 *
 * @param value seconds, or `null` for none
 * @returns the seconds, or `null`
 * @throws {TypeError} if it is neither
 * @throws {RangeError} if it is negative, NaN, or beyond 9e9
 */
export function timeoutSeconds(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const seconds = numberOf(value);
  if (Number.isNaN(seconds)) {
    if (typeof value === "number") {
      throw new RangeError("timeout: Invalid value NaN (not a number)");
    }
    throw new TypeError(
      `timeout must be a number of seconds or null, not ${describe(value)}`,
    );
  }
  if (seconds < 0 || seconds > 9e9) {
    throw new RangeError("timeout: Timeout value out of range");
  }
  return seconds + 0; // -0 becomes 0
}
