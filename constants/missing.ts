/** The stand-in for a constant that the running platform lacks. */

import { nameClasses } from "./class_names.ts";
import { os, unsupported } from "./platform.ts";

/** The error for using something that the running platform lacks. */
export function unavailable(name: string): RangeError {
  return new RangeError(unsupported ?? `${name} is not available on ${os}`);
}

function refuse(name: string): never {
  throw unavailable(name);
}

function show(name: string): string {
  return `${name} (not available on ${os})`;
}

/**
 * The stand-in for a constant that the running platform lacks. It equals no number, and converting
 * it to a number, a string or JSON throws a `RangeError` that names the constant.
 */
export class MissingConstant {
  /** The constant's name, such as `"AF_CAN"`. */
  readonly name: string;

  /**
   * Creates a stand-in.
   *
   * @param name the constant's name
   */
  constructor(name: string) {
    this.name = name;
  }

  /**
   * Rejects conversion to a number or string, such as by `|`, `+`, `<`, `Number()` and template
   * strings.
   *
   * @throws {RangeError} always
   */
  [Symbol.toPrimitive](): never {
    refuse(this.name);
  }

  /**
   * Rejects `JSON.stringify()`.
   *
   * @throws {RangeError} always
   */
  toJSON(): never {
    refuse(this.name);
  }

  /** Returns what `console.log` shows: `AF_CAN (not available on darwin)`. */
  [Symbol.for("Deno.customInspect")](): string {
    return show(this.name);
  }

  /** Returns the same text for `inspect()` of `node:util`. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return show(this.name);
  }
}

nameClasses({ MissingConstant });

const standIns = new Map<string, MissingConstant>();

/**
 * The stand-in for a missing constant; the same object each time. It has the type of the constant,
 * so that a program compiles on every platform.
 */
export function missing<T extends number | string = number>(name: string): T {
  let standIn = standIns.get(name);
  if (standIn === undefined) {
    standIn = new MissingConstant(name);
    standIns.set(name, standIn);
  }
  return standIn as unknown as T;
}

/**
 * Checks whether a value is the stand-in for a constant that the running platform lacks.
 *
 * @param value any value, such as `AF_CAN`
 * @returns true if the value is a stand-in
 */
export function isMissing(value: unknown): value is MissingConstant {
  return value instanceof MissingConstant;
}

/**
 * Finds the name of a constant that the running platform lacks, for error messages.
 *
 * @param value any value
 * @returns the constant's name, or `undefined` if the value is not a stand-in
 */
export function missingName(value: unknown): string | undefined {
  return isMissing(value) ? value.name : undefined;
}

/**
 * Checks that a value is a number: for functions that name numbers.
 *
 * @param name the argument's name
 * @param value what was passed
 * @throws {TypeError} if it is not a number
 * @throws {RangeError} if it is a constant that the running platform lacks
 */
export function checkNumber(name: string, value: unknown): void {
  if (typeof value === "number") return;
  const missing = missingName(value);
  throw missing === undefined
    ? new TypeError(`${name} must be a number, not ${typeof value}`)
    : unavailable(`${name}: ${missing}`);
}
