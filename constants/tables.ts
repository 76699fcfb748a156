/**
 * The constants of every platform, for code that must see another platform's: it loads them all.
 *
 * @module
 */

import * as darwin from "./generated/darwin.ts";
import * as freebsd from "./generated/freebsd.ts";
import * as linux_aarch64 from "./generated/linux_aarch64.ts";
import * as linux_x86_64 from "./generated/linux_x86_64.ts";
import type { PlatformName } from "./platform.ts";
import { nothing, type Table } from "./table.ts";
import * as windows from "./generated/windows.ts";

/** Every platform's constants. */
export const tables: Readonly<Record<PlatformName, Table>> = {
  linux_x86_64,
  linux_aarch64,
  darwin,
  windows,
  freebsd,
  unsupported: nothing,
};
