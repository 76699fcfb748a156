/**
 * What callers pass as bytes, seen as it is. A subclass or a property of the object may hide its
 * true fields, so the prototypes' own getters read them. A false length would let the system read
 * or write memory that does not belong to the buffer.
 */

/** Bytes that a call reads or fills: an `ArrayBuffer`, a typed array, a `DataView`. */
export type Bytes = ArrayBufferLike | ArrayBufferView;

/** Returns a property's getter as a function. It is bound, not a closure, so V8 can inline it. */
function getter<T>(
  prototype: object,
  property: PropertyKey,
): (value: unknown) => T {
  const { get } = Object.getOwnPropertyDescriptor(prototype, property)!;
  return Function.prototype.call.bind(get!) as (value: unknown) => T;
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const at: (array: unknown, index: number) => unknown = Function.prototype.call
  .bind(typedArray.at);

/** Returns the name of a typed array's class: `"Uint8Array"`; of anything else, `undefined`. */
export const typedArrayName: (value: unknown) => string | undefined = getter(
  typedArray,
  Symbol.toStringTag,
);

/** Returns a typed array's length in bytes: 0 once its buffer was detached or shrank below it. */
export const byteLengthOf: (array: Uint8Array) => number = getter(
  typedArray,
  "byteLength",
);

const fieldsOf = (prototype: object) => ({
  buffer: getter<ArrayBuffer>(prototype, "buffer"),
  byteOffset: getter<number>(prototype, "byteOffset"),
  byteLength: getter<number>(prototype, "byteLength"),
});

const ofTypedArray = fieldsOf(typedArray);
const ofDataView = fieldsOf(DataView.prototype);

const isDetached = getter<boolean>(ArrayBuffer.prototype, "detached");
const isResizable = getter<boolean>(ArrayBuffer.prototype, "resizable");
const isGrowable = getter<boolean>(SharedArrayBuffer.prototype, "growable");

/** Whether a value passes for bytes: a view or a buffer. */
export function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer;
}

/** Returns the buffer of bytes: of a view the one it lies in. */
function bufferOf(value: Bytes): ArrayBufferLike {
  if (!ArrayBuffer.isView(value)) return value;
  const isTypedArray = typedArrayName(value) !== undefined;
  return (isTypedArray ? ofTypedArray : ofDataView).buffer(value);
}

/** Whether the buffer of bytes was detached. */
export function wasDetached(value: Bytes): boolean {
  const buffer = bufferOf(value);
  return !(buffer instanceof SharedArrayBuffer) && isDetached(buffer);
}

/** Whether the length of the buffer of bytes may change. */
export function mayResize(value: Bytes): boolean {
  const buffer = bufferOf(value);
  return buffer instanceof SharedArrayBuffer
    ? isGrowable(buffer)
    : isResizable(buffer);
}

/**
 * Makes a view of bytes.
 *
 * @param value the bytes
 * @param View the class of the view
 * @returns a view whose length stays as it is, even if the buffer grows
 * @throws {TypeError} if the buffer was detached or became too small, or `value` only inherits from
 * a class of bytes
 */
export function viewOf<V>(
  value: Bytes,
  View: new (buffer: ArrayBuffer, byteOffset: number, byteLength: number) => V,
): V {
  // A DataView made of a whole buffer finds out the buffer's true length.
  const it = ArrayBuffer.isView(value) ? value : new DataView(value);
  const isTypedArray = typedArrayName(it) !== undefined;
  // Throws if the buffer was detached or shrank. A DataView's own getters do that themselves.
  if (isTypedArray) at(it, 0);
  const { buffer, byteOffset, byteLength } = isTypedArray
    ? ofTypedArray
    : ofDataView;
  return new View(buffer(it), byteOffset(it), byteLength(it));
}
