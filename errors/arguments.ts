/**
 * Checks of arguments: they throw an error that names the argument, before any system call. Also
 * how bytes are seen that a caller passes.
 */

import { missingName, unavailable } from "../constants/table.ts";
import { rangeError, typeError } from "../constants/stack.ts";

// What callers pass as bytes, seen as it is. A subclass or a property of the object may hide its
// true fields, so the prototypes' own getters read them. A false length would let the system read
// or write memory that does not belong to the buffer.

/**
 * Bytes that a call reads or fills: an `ArrayBuffer`, a typed array, a `DataView`.
 * @category Sockets
 */
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

/** Whether a value is bytes, and has none. Whatever the value, this does not throw. */
export function isEmpty(value: unknown): boolean {
  if (typedArrayName(value) !== undefined) {
    return byteLengthOf(value as Uint8Array) === 0;
  }
  try {
    return isBytes(value) && viewOf(value, DataView).byteLength === 0;
  } catch {
    return false;
  }
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
    throw rangeError(`${name} must be ${min}-${max}, not ${value}`);
  }
  return number + 0; // -0 becomes 0
}

function notInteger(name: string, value: unknown): Error {
  const missing = missingName(value);
  return missing === undefined
    ? typeError(`${name} must be an integer, not ${describe(value)}`)
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
  if (typeof flags === "number") {
    const bits = flags | 0;
    if (bits === flags) return bits;
  }
  if (isOptions(flags)) {
    throw typeError(
      `flags must be an integer, not ${
        describe(flags)
      }: options come last, and a call that blocks has none`,
    );
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
    const hint = typeof value === "string"
      ? "; encode text with TextEncoder, or b() of @libc/socket/bytes"
      : "";
    throw typeError(
      `${name} must be bytes (an ArrayBuffer or a view of one), not ${
        describe(value)
      }${hint}`,
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
    return typeError(
      `${name} must be bytes, not an object that only inherits from ${
        describe(value)
      }`,
      { cause },
    );
  }
  return typeError(
    `${name}: its ArrayBuffer ${
      detached ? "was detached" : "became too small for it"
    }`,
    { cause },
  );
}

/**
 * A file descriptor, or an object that has one, such as a `Socket`.
 * @category Sockets
 */
export type FileDescriptor = number | {
  /** Returns the descriptor. */
  fileno(): number;
};

/**
 * Returns the descriptor of an argument: a number, or an object with `fileno()`.
 *
 * @param name the argument's name
 * @param min the smallest allowed number. That of a closed object is -1
 * @throws {TypeError} if it is neither
 * @throws {RangeError} if the number is out of bounds
 */
export function descriptor(name: string, value: unknown, min = 0): number {
  let fd = value;
  if (typeof value === "object" && value !== null) {
    const { fileno } = value as { fileno?: unknown };
    if (typeof fileno !== "function") {
      throw typeError(
        `${name} must be an integer or have a fileno() method, not ${
          describe(value)
        }`,
      );
    }
    fd = fileno.call(value);
  }
  return integer(name, fd, min);
}

/**
 * Checks a string.
 *
 * @throws {TypeError} if it is not a string
 */
export function string(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw typeError(`${name} must be a string, not ${describe(value)}`);
  }
  return value;
}

/**
 * Checks a string or bytes.
 *
 * @param name the argument's name
 * @param value what was passed
 * @param others what the caller takes besides, for the error message
 * @throws {TypeError} if it is neither
 */
export function stringOrBytes(
  name: string,
  value: unknown,
  ...others: readonly string[]
): string | Uint8Array<ArrayBuffer> {
  if (typeof value === "string") return value;
  if (isBytes(value)) return bytes(name, value);
  const kinds = ["a string", "bytes", ...others];
  const last = kinds.pop();
  throw typeError(
    `${name} must be ${kinds.join(", ")} or ${last}, not ${describe(value)}`,
  );
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
  throw typeError(`${name} must be ${what}, not ${describe(value)}`);
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
  throw typeError(`${name} must be a function, not ${describe(value)}`);
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
  throw typeError(`options must be an object, not ${describe(options)}`);
}

/**
 * Puts options last that stand in place of the positional parameters left out, as in
 * `recv(1024, { signal })`. If anything follows them, all stays as it is, and the check of that
 * parameter refuses the options.
 *
 * @param args the parameters that may be left out, and the options. Callers first compare the types
 * of the parameters with `"object"`, so that the usual call does not come here
 * @returns the same, with `undefined` for each parameter left out
 */
export function optionsLast<T extends unknown[]>(...args: T): OptionsLast<T> {
  const at = args.findIndex(isOptions);
  // Parameters left out have their default by now: 0 or null.
  if (at >= 0 && !args.slice(at + 1).some(Boolean)) {
    const options = args[at];
    args.fill(undefined, at).splice(-1, 1, options);
  }
  return args as unknown[] as OptionsLast<T>;
}

/** The arguments with the options last, which none of the others is. */
export type OptionsLast<T extends unknown[]> = T extends
  [...infer P, infer Options]
  ? [...{ [K in keyof P]: Exclude<P[K], Options> | undefined }, Options]
  : never;

/**
 * Returns a parameter that was passed in its place, or by its name in options that stand there.
 *
 * @throws {TypeError} if it was passed in both
 */
export function passedOnce<T>(name: string, value: T, named: T): T {
  if (value === undefined) return named;
  if (named === undefined) return value;
  throw typeError(`${name} must not be passed twice, also in options`);
}

/** Whether a value is an object of options: not bytes, an array or another iterable. */
export function isOptions(value: unknown): boolean {
  try {
    return typeof value === "object" && value !== null && !isBytes(value) &&
      !(Symbol.iterator in value) && missingName(value) === undefined;
  } catch {
    return false; // a revoked proxy
  }
}

/**
 * Checks an iterable of values. Strings are rejected, although they are iterable: no argument of
 * this library takes their characters.
 *
 * @returns the values, once: iterating over them throws a `TypeError` if an iterator is wrong
 * @throws {TypeError} if it is not an iterable object
 */
export function iterable(name: string, values: unknown): Iterable<unknown> {
  if (typeof values === "object" && values !== null) {
    const { [Symbol.iterator]: method } = values as Iterable<unknown>;
    if (method === Array.prototype.values && Array.isArray(values)) {
      return values;
    }
    if (typeof method === "function") return taken(name, values, method);
  }
  throw typeError(`${name} must be an iterable, not ${describe(values)}`);
}

/** Iterators of the engine's, which refuse other objects than their own. */
const engines: ReadonlySet<unknown> = new Set<unknown>([
  Object.getPrototypeOf(Uint8Array.prototype).values,
  Map.prototype.entries,
  Set.prototype.values,
]);

/** The values of an iterable that may be wrong. What its own code throws passes through. */
function* taken(
  name: string,
  values: object,
  method: () => Iterator<unknown>,
): Generator<unknown, void> {
  const call = <T>(f: () => T, isEngines: boolean): T => {
    try {
      return f();
    } catch (cause) {
      if (!isEngines) throw cause;
      throw typeError(
        `${name} must be an iterable, not ${describe(values)} in this state`,
        { cause },
      );
    }
  };
  const iterator = object(
    name,
    call(() => method.call(values), engines.has(method)),
    "iterator",
  );
  const { next } = iterator;
  if (typeof next !== "function") {
    throw typeError(`${name}: the method next of its iterator is missing`);
  }
  let isDone = false;
  try {
    for (;;) {
      isDone = true; // An iterator that throws is not told to return.
      const result = object(
        name,
        // That of a typed array throws if the array is detached on the way.
        call(() => next.call(iterator), typedArrayName(values) !== undefined),
        "iterator's result",
      );
      if (result.done) return;
      const { value } = result;
      isDone = false;
      yield value;
    }
  } finally {
    if (!isDone) iterator.return?.();
  }
}

function object<T>(name: string, value: T, what: string): T {
  if (typeof value === "object" && value !== null) return value;
  if (typeof value === "function") return value;
  throw typeError(
    `${name}: its ${what} must be an object, not ${describe(value)}`,
  );
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
      throw rangeError("timeout: Invalid value NaN (not a number)");
    }
    throw typeError(
      `timeout must be a number of seconds or null, not ${describe(value)}`,
    );
  }
  if (seconds < 0 || seconds > 9e9) {
    throw rangeError("timeout: Timeout value out of range");
  }
  return seconds + 0; // -0 becomes 0
}
