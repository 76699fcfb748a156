/**
 * The constants of the running platform by name, including those that are not exported, and the
 * stand-ins for those that it lacks.
 */

import { rangeError, typeError } from "./stack.ts";
import { os, platform, type PlatformName, unsupported } from "./platform.ts";

// The names of classes.

/**
 * Sets the names of classes. A bundler that minifies renames classes, but not the properties of the
 * object passed here, so that errors and `console.log` show the same names in every program.
 *
 * @param classes the classes, by name
 */
export function nameClasses(classes: Record<string, NewableFunction>): void {
  for (const [value, of] of Object.entries(classes)) {
    if (of.name === value) continue;
    Object.defineProperty(of, "name", { value, configurable: true });
  }
}

// The stand-in for a constant that the running platform lacks.

/** The error for using something that the running platform lacks. */
export function unavailable(name: string): RangeError {
  return rangeError(unsupported ?? `${name} is not available on ${os}`);
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
 * @category Constants
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
 * @category Constants
 */
export function isMissing(value: unknown): value is MissingConstant {
  return value instanceof MissingConstant;
}

/**
 * Finds the name of a constant that the running platform lacks, for error messages.
 *
 * @param value any value
 * @returns the constant's name, or `undefined` if the value is not a stand-in
 * @category Constants
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
    ? typeError(`${name} must be a number, not ${typeof value}`)
    : unavailable(`${name}: ${missing}`);
}

/** The constants of one platform. */
export interface Table {
  /** The integers by name. Of several names of a value, the one that Python shows comes first. */
  readonly constants: Readonly<Record<string, number>>;
  /** The strings by name: Bluetooth addresses and Hyper-V identifiers. */
  readonly strings: Readonly<Record<string, string>>;
}

/** The constants of an unsupported platform: none. */
export const emptyTable: Table = { constants: {}, strings: {} };

const linux = () =>
  import("./generated/linux.json", { with: { type: "json" } });

// Reading a table takes time, so only the running platform's is loaded.
const load: Readonly<
  Record<PlatformName, () => Promise<{ readonly default: Table }>>
> = {
  linux_x86_64: linux,
  linux_aarch64: linux,
  darwin: () => import("./generated/darwin.json", { with: { type: "json" } }),
  windows: () => import("./generated/windows.json", { with: { type: "json" } }),
  freebsd: () => import("./generated/freebsd.json", { with: { type: "json" } }),
  unsupported: () => Promise.resolve({ default: emptyTable }),
};

/** The running platform's constants. */
export const table: Table = (await load[platform]()).default;

const { constants, strings } = table;

/** Looks up an integer constant. Where the platform lacks it, returns its stand-in. */
export function constant(name: string): number {
  return constants[name] ?? missing(name);
}

// The names that `names.js` exports, which it looks up when it is loaded.
const exported: (readonly string[])[] = [];
let exportedNames: ReadonlySet<string> | undefined;

/** Looks up integer constants that are exported. */
export function exportedConstants(names: readonly string[]): number[] {
  exported.push(names);
  return names.map(constant);
}

/** Looks up string constants that are exported. */
export function exportedStrings(names: readonly string[]): string[] {
  exported.push(names);
  return names.map((name) => strings[name] ?? missing<string>(name));
}

/**
 * Whether a name is one of the exported constants. `name in names`, with the module's namespace
 * object, would cost as much as loading the rest of the module.
 */
export function isExported(name: string): boolean {
  exportedNames ??= new Set(exported.flat());
  return exportedNames.has(name);
}

/** Whether the running platform has a constant. */
export function isHere(name: string): boolean {
  return name in constants || name in strings;
}
