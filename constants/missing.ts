/**
 * The stand-in for a constant that the running platform lacks.
 *
 * @module
 */

import { os, unsupported } from "./platform.ts";

/** The error of using what the running platform lacks. */
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
 * What stands in the place of a constant that the running platform lacks. It
 * equals no number, and whatever would make a number, a string or JSON of it
 * throws a `RangeError` that names the constant.
 */
export class MissingConstant {
  /** The constant's name, such as `"AF_CAN"`. */
  readonly name: string;

  /** Makes the stand-in for the constant of the given name. */
  constructor(name: string) {
    this.name = name;
  }

  /** Refuses `|`, `+`, `<`, `Number()`, template strings and their like. */
  [Symbol.toPrimitive](): never {
    refuse(this.name);
  }

  /** Refuses `JSON.stringify()`. */
  toJSON(): never {
    refuse(this.name);
  }

  /** What `console.log` shows: `AF_CAN (not available on darwin)`. */
  [Symbol.for("Deno.customInspect")](): string {
    return show(this.name);
  }

  /** The same for `node:util`. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return show(this.name);
  }
}

const standIns = new Map<string, MissingConstant>();

/**
 * The stand-in for a missing constant, one object a name. It is typed as the
 * constant's ordinary type, so that a program compiles alike everywhere.
 */
export function missing<T extends number | string = number>(name: string): T {
  let standIn = standIns.get(name);
  if (standIn === undefined) {
    standIn = new MissingConstant(name);
    standIns.set(name, standIn);
  }
  return standIn as unknown as T;
}

/** Whether a value is a constant that the running platform lacks. */
export function isMissing(value: unknown): value is MissingConstant {
  return value instanceof MissingConstant;
}

/** The name of a constant that the running platform lacks, for error messages. */
export function missingName(value: unknown): string | undefined {
  return isMissing(value) ? value.name : undefined;
}
