/** What callers pass as bytes, seen as it is and not as its properties say. */

import { type Bytes, describe } from "../errors/arguments.ts";

const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const { at } = typedArray;
const tagOf = getter<string | undefined>(typedArray, Symbol.toStringTag);

/** A property's own getter, which a subclass or a property of the object cannot hide. */
function getter<T>(
  prototype: object,
  property: PropertyKey,
): (value: unknown) => T {
  const { get } = Object.getOwnPropertyDescriptor(prototype, property)!;
  return (value) => get!.call(value);
}

const [ofTypedArray, ofDataView] = [typedArray, DataView.prototype].map(
  (prototype) => ({
    buffer: getter<ArrayBuffer>(prototype, "buffer"),
    byteOffset: getter<number>(prototype, "byteOffset"),
    byteLength: getter<number>(prototype, "byteLength"),
  }),
);

/** Whether a value passes for bytes: a view or a buffer. */
export function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer;
}

/** Makes a view of what was passed. */
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
    // A DataView made of a whole buffer finds out the buffer's true length.
    const it = ArrayBuffer.isView(value) ? value : new DataView(value);
    const isTypedArray = tagOf(it) !== undefined;
    // Throws if the buffer was detached or shrank. A DataView's own getters do that themselves.
    if (isTypedArray) at.call(it, 0);
    const { buffer, byteOffset, byteLength } = isTypedArray
      ? ofTypedArray
      : ofDataView;
    return new View(buffer(it), byteOffset(it), byteLength(it));
  } catch (cause) {
    throw new TypeError(
      `${name}: its ArrayBuffer was detached or became too small for it`,
      { cause },
    );
  }
}

/**
 * Views the bytes that were passed.
 *
 * @param name the argument's name
 * @param value what was passed
 * @returns a view whose length stays as it is, even if the buffer grows
 * @throws {TypeError} if it is not bytes, or its buffer was detached or became too small for it
 */
export function dataView(name: string, value: unknown): DataView<ArrayBuffer> {
  return view(name, value, DataView);
}

/** The same as {@linkcode dataView}, but as a plain `Uint8Array`. */
export function octets(name: string, value: unknown): Uint8Array<ArrayBuffer> {
  return view(name, value, Uint8Array<ArrayBuffer>);
}

/**
 * Allocates zeroed bytes.
 *
 * @param size how many
 * @throws {RangeError} if there cannot be that many
 */
export function allocate(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw new RangeError(`byte string is too large (${size} bytes)`, { cause });
  }
}
