/** The types of what a format packs and unpacks. */

import type { Bytes } from "../errors/arguments.ts";

/**
 * What a format unpacks to: 64-bit integers beyond 2^53 are bigints.
 * @category Bytes
 */
export type Value = number | bigint | boolean | Uint8Array<ArrayBuffer>;

/**
 * An integer to pack: `true` and `false` are 1 and 0, as in Python.
 * @category Bytes
 */
export type Integer = number | bigint | boolean;

/**
 * What a format packs.
 * @category Bytes
 */
export type Packable = Integer | Bytes;

/**
 * What each character of a native format unpacks to.
 *
 * @internal
 */
interface Results {
  c: Uint8Array<ArrayBuffer>;
  b: number;
  B: number;
  "?": boolean;
  h: number;
  H: number;
  i: number;
  I: number;
  l: number | bigint;
  L: number | bigint;
  q: number | bigint;
  Q: number | bigint;
  n: number | bigint;
  N: number | bigint;
  e: number;
  f: number;
  d: number;
  s: Uint8Array<ArrayBuffer>;
  p: Uint8Array<ArrayBuffer>;
  P: number | bigint;
}

/**
 * The same of a standard format, where `l` has 4 bytes.
 *
 * @internal
 */
interface StandardResults extends Results {
  l: number;
  L: number;
}

/** @internal */
type Space = " " | "\t" | "\n" | "\v" | "\f" | "\r";
/** @internal */
type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
/** @internal */
type StandardOrder = "<" | ">" | "=" | "!";

/** A format's characters, one for each value; an open tail of any characters if it is not known. */
type Characters<F extends string, Known extends unknown[] = []> = F extends ""
  ? Known
  : F extends `${infer C}${infer Rest}`
    ? C extends Space | "x" ? Characters<Rest, Known>
    : C extends Digit ? Counted<Rest, C, Known>
    : C extends keyof Results ? Characters<Rest, [...Known, C]>
    : [...Known, ...unknown[]]
  : [...Known, ...unknown[]];

/** The same after a repeat count. */
type Counted<F extends string, Count extends string, Known extends unknown[]> =
  F extends `${infer C}${infer Rest}`
    ? C extends Digit ? Counted<Rest, `${Count}${C}`, Known>
    : C extends "x" ? Characters<Rest, Known>
    : C extends "s" | "p" ? Characters<Rest, [...Known, C]>
    : C extends keyof Results
      ? Characters<Rest, [...Known, ...Repeated<C, Count>]>
    : [...Known, ...unknown[]]
    : [...Known, ...unknown[]];

/** A character as often as a count of up to two digits says; any number of them, beyond. */
type Repeated<C, Count extends string, Done extends unknown[] = []> =
  Count extends `${Digit}${Digit}${Digit}${string}` ? C[]
    : Count extends `${infer D extends Digit}${infer Rest}`
      ? Units<C>[D] extends infer U extends unknown[]
        ? Repeated<C, Rest, [...TenTimes<Done>, ...U]>
      : never
    : Done;

type TenTimes<T extends unknown[]> = [
  ...[...T, ...T, ...T, ...T, ...T],
  ...[...T, ...T, ...T, ...T, ...T],
];

interface Units<C> {
  "0": [];
  "1": [C];
  "2": [C, C];
  "3": [C, C, C];
  "4": [C, C, C, C];
  "5": [C, C, C, C, C];
  "6": [C, C, C, C, C, C];
  "7": [C, C, C, C, C, C, C];
  "8": [C, C, C, C, C, C, C, C];
  "9": [C, C, C, C, C, C, C, C, C];
}

/**
 * The characters after the byte order.
 *
 * @internal
 */
type Named<F extends string> = F extends `${StandardOrder | "@"}${infer Rest}`
  ? Characters<Rest>
  : Characters<F>;

/** @internal */
type ResultsOf<F extends string> = F extends `${StandardOrder}${string}`
  ? StandardResults
  : Results;

/** @internal */
type Outputs<Characters, R> = {
  readonly [K in keyof Characters]: Characters[K] extends keyof R
    ? R[Characters[K]]
    : Value;
};

/** @internal */
type Inputs<Characters> = {
  [K in keyof Characters]: Characters[K] extends "c" | "s" | "p" ? Bytes
    : Characters[K] extends keyof Results ? Integer
    : Packable;
};

/**
 * What a format unpacks to: `readonly [number, number, Uint8Array]` for `"!HI4s"`, and
 * `readonly Value[]` for a `string`.
 * @category Bytes
 */
export type Unpacked<F extends string> = Outputs<Named<F>, ResultsOf<F>>;

/**
 * The values that a format packs.
 * @category Bytes
 */
export type Packed<F extends string> = Inputs<Named<F>> extends
  infer Values extends Packable[] ? Values : never;
