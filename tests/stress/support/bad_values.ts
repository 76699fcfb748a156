/** Values that no argument should be, and values that do something when they are looked at. */

import { liars } from "../../support/hostile.ts";
import type { Random } from "./random.ts";

/** What a caller's own getter throws: it passes through every call. */
export class OwnError extends Error {
  override name = "OwnError";
}

/** Something that happens while a call looks at its arguments. */
export type Mischief = () => void;

const detached = () => {
  const bytes = new Uint8Array(8);
  bytes.buffer.transfer();
  return bytes;
};
const shrunk = () => {
  const buffer = new ArrayBuffer(16, { maxByteLength: 32 });
  const bytes = new Uint8Array(buffer, 8, 8);
  buffer.resize(4);
  return bytes;
};
const growable = () => new SharedArrayBuffer(8, { maxByteLength: 64 });

const numbers: readonly unknown[] = [
  ...[NaN, Infinity, -Infinity, -0, 0, 1, -1, 2, 7, 1.5, -1.5, 1e300, 5e-324],
  ...[255, 256, 65535, 65536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32 - 1],
  ...[2 ** 32, 2 ** 53, 2 ** 53 - 1, 2 ** 63, 2 ** 64, -(2 ** 63)],
  ...[0n, 1n, -1n, 2n ** 31n, 2n ** 32n, 2n ** 63n, 2n ** 64n, -(2n ** 200n)],
  ...[true, false],
];

const strings: readonly string[] = [
  ...["", " ", "\0", "a\0b", "\ud800", "\udfff!", "😀", "0", "-1", "1e3"],
  ...["::1", "::ffff:1.2.3.4%lo", "fe80::1%", "1.2.3.4.5", "%", "../..", "/"],
  ...["__proto__", "constructor", "toString", "i", "9999999999s", "r\0b"],
  "a".repeat(300),
  ".".repeat(70_000),
];

const objects: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => Symbol("bad"),
  () => Symbol.iterator,
  () => () => 1,
  () => class Bad {},
  () => ({}),
  () => Object.create(null),
  () => [],
  () => [undefined],
  () => [null, null],
  // deno-lint-ignore no-sparse-arrays
  () => [, , 1],
  () => new Array(1000),
  () => [[]],
  () => [[], []],
  () => ["a", "b", "c", "d", "e"],
  () => [1, 2, 3],
  () => [NaN, -1, 2n ** 64n],
  () => ({ length: 2 ** 32 }),
  () => ({ length: 2, 0: "127.0.0.1", 1: 1 }),
  () => ({ [Symbol.iterator]: 1 }),
  () => ({ [Symbol.iterator]: () => 1 }),
  () => ({ [Symbol.iterator]: () => ({ next: 1 }) }),
  () => ({ [Symbol.iterator]: () => ({ next: () => 1 }) }),
  () => ({ toString: 1, valueOf: 1 }),
  () => ({ constructor: 1 }),
  () => ({ __proto__: null, signal: 1, timeout: "x", family: {} }),
  () => new Date(NaN),
  () => /x/g,
  () => new Map([[1, 2]]),
  () => new Set([1, "a", null]),
  () => new Error("value"),
  () => Promise.resolve(1),
  () => new Boolean(true),
  () => new Number(1),
  () => new String("127.0.0.1"),
  () => new Proxy({}, {}),
  () => new Proxy([], {}),
  () => new Proxy(new Uint8Array(4), {}),
  () => new Proxy(() => 1, {}),
  () => new WeakRef({}),
  () => new AbortController(),
  () => AbortSignal.abort(),
  () => AbortSignal.timeout(0),
  () => globalThis,
  () => Object.prototype,
  () => Uint8Array.prototype,
  () => Array.prototype,
  () => Object.create(Uint8Array.prototype),
  () => Object.create(Array.prototype),
];

const buffers: readonly (() => unknown)[] = [
  detached,
  () => detached().buffer,
  () => [detached()],
  shrunk,
  () => [shrunk(), shrunk()],
  growable,
  () => new Uint8Array(growable()),
  () => [new Uint8Array(growable())],
  () => new SharedArrayBuffer(0),
  () => new Uint8Array(),
  () => new ArrayBuffer(0),
  () => new DataView(new ArrayBuffer(0)),
  () => [new Uint8Array(), new Uint8Array()],
  () => new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 })),
  () => new Uint16Array(3),
  () => new Float64Array(3),
  () => new BigInt64Array(2),
  () => new Uint8ClampedArray(5),
  () => new DataView(new ArrayBuffer(9), 1, 3),
  () => Array.from({ length: 2000 }, () => new Uint8Array(1)),
  ...Object.values(liars),
];

/** Makes a bad value at random. */
export function badValue(random: Random): unknown {
  if (random.chance(0.25)) return random.pick(numbers);
  if (random.chance(0.2)) return random.pick(strings);
  const make = random.chance(0.4) ? random.pick(buffers) : random.pick(objects);
  return make();
}

/**
 * Makes an array or an object one of whose parts is bad; of anything else, a bad value. The part is
 * no text, which might be looked up as the name of a host.
 */
export function spoiled(random: Random, value: unknown): unknown {
  let part: unknown;
  do part = badValue(random); while (typeof part === "string");
  if (Array.isArray(value) && value.length > 0) {
    return value.with(random.below(value.length), part);
  }
  const keys = isPlain(value) ? Object.keys(value) : [];
  return keys.length > 0
    ? { ...value as object, [random.pick(keys)]: part }
    : part;
}

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null &&
  Object.getPrototypeOf(value) === Object.prototype;

/**
 * Makes a value that does something the `count`-th time that it is looked at: an object's fields are
 * read, an iterable is taken, or a number or a string converts.
 *
 * @param value what it stands for
 * @param act what it does; it may throw
 */
export function mischievous(
  random: Random,
  value: unknown,
  act: Mischief,
): unknown {
  let count = random.below(4);
  const looked = () => {
    if (count-- === 0) act();
  };
  if (typeof value !== "object" || value === null) {
    return {
      [Symbol.toPrimitive]() {
        looked();
        return value;
      },
      get length() {
        looked();
        return 1;
      },
      *[Symbol.iterator]() {
        looked();
        yield value;
      },
    };
  }
  if (random.chance(0.5) && Array.isArray(value)) {
    const items = value;
    return {
      *[Symbol.iterator]() {
        for (const item of items) {
          looked();
          yield item;
        }
        looked();
      },
    };
  }
  if (Array.isArray(value) && random.chance(0.5)) {
    // An array whose elements are getters.
    const array: unknown[] = [];
    value.forEach((item, i) =>
      Object.defineProperty(array, i, {
        enumerable: true,
        configurable: true,
        get() {
          looked();
          return item;
        },
      })
    );
    return array;
  }
  return new Proxy(value, {
    get(target, key, receiver) {
      looked();
      return Reflect.get(target, key, receiver);
    },
    has(target, key) {
      looked();
      return Reflect.has(target, key);
    },
    getPrototypeOf(target) {
      looked();
      return Reflect.getPrototypeOf(target);
    },
    ownKeys(target) {
      looked();
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor(target, key) {
      looked();
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
}
