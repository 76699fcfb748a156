/**
 * The constants of the running platform by name, the internal ones too.
 *
 * @module
 */

import { constants as darwin, strings as darwinStrings } from "./darwin.ts";
import { constants as freebsd, strings as freebsdStrings } from "./freebsd.ts";
import {
  constants as linuxArm,
  strings as linuxArmStrings,
} from "./linux_aarch64.ts";
import { constants as linux, strings as linuxStrings } from "./linux_x86_64.ts";
import { missing } from "./missing.ts";
import { platform, type PlatformName } from "./platform.ts";
import { constants as windows, strings as windowsStrings } from "./windows.ts";

/** The constants of one platform. */
export interface Table {
  /** The integers by name; of equal values, Python's own name comes first. */
  readonly constants: Readonly<Record<string, number>>;
  /** The strings by name: Bluetooth addresses and Hyper-V identifiers. */
  readonly strings: Readonly<Record<string, string>>;
}

/** Every platform's constants, for code that must see another platform's. */
export const tables: Readonly<Record<PlatformName, Table>> = {
  linux_x86_64: { constants: linux, strings: linuxStrings },
  linux_aarch64: { constants: linuxArm, strings: linuxArmStrings },
  darwin: { constants: darwin, strings: darwinStrings },
  windows: { constants: windows, strings: windowsStrings },
  freebsd: { constants: freebsd, strings: freebsdStrings },
  unsupported: { constants: {}, strings: {} },
};

/** The running platform's constants. */
export const table: Table = tables[platform];

const { constants, strings } = table;

/** The integer constant of a name, or its stand-in where the platform lacks it. */
export function integer(name: string): number {
  return constants[name] ?? missing(name);
}

/** The string constant of a name, or its stand-in where the platform lacks it. */
export function text(name: string): string {
  return strings[name] ?? missing<string>(name);
}
