/** The constants of the running platform by name, including those that are not exported. */

import { missing } from "./missing.ts";
import { platform, type PlatformName } from "./platform.ts";

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
