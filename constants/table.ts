/**
 * The constants of the running platform by name, the internal ones too.
 *
 * @module
 */

import { missing } from "./missing.ts";
import { platform, type PlatformName } from "./platform.ts";

/** The constants of one platform. */
export interface Table {
  /** The integers by name; of equal values, Python's own name comes first. */
  readonly constants: Readonly<Record<string, number>>;
  /** The strings by name: Bluetooth addresses and Hyper-V identifiers. */
  readonly strings: Readonly<Record<string, string>>;
}

/** The constants of a platform that is not supported. */
export const nothing: Table = { constants: {}, strings: {} };

// One is loaded, as each takes its time to be read.
const load: Readonly<Record<PlatformName, () => Table | Promise<Table>>> = {
  linux_x86_64: () => import("./generated/linux_x86_64.ts"),
  linux_aarch64: () => import("./generated/linux_aarch64.ts"),
  darwin: () => import("./generated/darwin.ts"),
  windows: () => import("./generated/windows.ts"),
  freebsd: () => import("./generated/freebsd.ts"),
  unsupported: () => nothing,
};

/** The running platform's constants. */
export const table: Table = await load[platform]();

const { constants, strings } = table;

const exported = new Set<string>();

/** The integer constant of a name, or its stand-in where the platform lacks it. */
export function integer(name: string): number {
  exported.add(name);
  return constants[name] ?? missing(name);
}

/** The string constant of a name, or its stand-in where the platform lacks it. */
export function text(name: string): string {
  exported.add(name);
  return strings[name] ?? missing<string>(name);
}

/**
 * Whether a name is among the exported constants, which `names.js` asks for when it is loaded: to
 * look at that module as an object costs as much as all the rest of loading it.
 */
export function isExported(name: string): boolean {
  return exported.has(name);
}

/** Whether the running platform has a constant. */
export function isHere(name: string): boolean {
  return name in constants || name in strings;
}
