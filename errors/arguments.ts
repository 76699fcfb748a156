/** Checks of arguments: they throw an error that names the argument, before any system call. */

import { missingName, unavailable } from "../constants/missing.ts";

/** Bytes that a call reads or fills: an `ArrayBuffer`, a typed array, a `DataView`. */
export type Bytes = ArrayBufferLike | ArrayBufferView;

/** The largest number of bytes that one call moves; the kernel's own limit is just below it. */
export const MAX_TRANSFER = 0x7fffffff;

/** Describes a value for an error message: a number, or the name of its type. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") return value.constructor?.name ?? "object";
  return typeof value === "number" ? String(value) : typeof value;
}

/**
 * Checks an integer.
 *
 * @param name the argument's name
 * @param value what was passed
 * @param min the smallest allowed value
 * @param max the largest allowed value
 * @returns the value
 * @throws {TypeError} if it is not an integer
 * @throws {RangeError} if it is out of bounds, or a constant that this platform lacks
 */
export function integer(
  name: string,
  value: unknown,
  min = -0x80000000,
  max = 0x7fffffff,
): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw notInteger(name, value);
  }
  if (value < min || value > max) {
    throw new RangeError(`${name} must be ${min}-${max}, not ${value}`);
  }
  return value;
}

function notInteger(name: string, value: unknown): Error {
  const missing = missingName(value);
  return missing === undefined
    ? new TypeError(`${name} must be an integer, not ${describe(value)}`)
    : unavailable(`${name}: ${missing}`);
}

/**
 * Checks the flags of a call, in 32 bits, signed or unsigned.
 *
 * @returns the flags as a signed integer
 * @throws {TypeError} if they are not an integer
 * @throws {RangeError} if they are out of bounds, or a constant that this platform lacks
 */
export function flagBits(flags: unknown): number {
  return ((flags as number) | 0) === flags
    ? flags
    : integer("flags", flags, -0x80000000, 0xffffffff) | 0;
}

/**
 * Returns a byte view of an argument, with its offset and length, without copying.
 *
 * @param name the argument's name
 * @param value what was passed
 * @throws {TypeError} if it is not bytes, or its buffer was detached or shrank below the view
 */
export function bytes(name: string, value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof Uint8Array) {
    // Views of a detached buffer are empty, so the common case costs one comparison.
    if (value.byteLength === 0) refuseDetached(name, value);
    return value as Uint8Array<ArrayBuffer>;
  }
  if (ArrayBuffer.isView(value)) {
    refuseDetached(name, value);
    return new Uint8Array(
      value.buffer as ArrayBuffer,
      value.byteOffset,
      value.byteLength,
    );
  }
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    refuseDetached(name, value);
    return new Uint8Array(value as ArrayBuffer);
  }
  throw new TypeError(
    `${name} must be bytes (an ArrayBuffer or a view of one), not ${
      describe(value)
    }`,
  );
}

function refuseDetached(name: string, value: Bytes): void {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  if (buffer instanceof ArrayBuffer && buffer.detached) {
    throw new TypeError(`${name}: its ArrayBuffer was detached`);
  }
  if (buffer === value) return;
  try {
    // Both throw if the view no longer lies within its buffer, which may have been resized.
    if (value instanceof DataView) value.byteLength;
    else (value as Uint8Array).at(0);
  } catch (cause) {
    throw new TypeError(`${name}: its ArrayBuffer became too small for it`, {
      cause,
    });
  }
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
 * Checks a timeout.
 *
 * @param value seconds, or `null` for none
 * @returns the seconds, or `null`
 * @throws {TypeError} if it is neither
 * @throws {RangeError} if it is negative, NaN, or beyond 9e9
 */
export function timeoutSeconds(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "number") {
    throw new TypeError(
      `timeout must be a number of seconds or null, not ${describe(value)}`,
    );
  }
  if (Number.isNaN(value)) {
    throw new RangeError("timeout: Invalid value NaN (not a number)");
  }
  if (value < 0 || value > 9e9) {
    throw new RangeError("timeout: Timeout value out of range");
  }
  return value;
}
