/**
 * The constants of every platform, for code that needs another platform's. Importing it loads all.
 */

import darwin from "./generated/darwin.json" with { type: "json" };
import freebsd from "./generated/freebsd.json" with { type: "json" };
import linux from "./generated/linux.json" with { type: "json" };
import windows from "./generated/windows.json" with { type: "json" };
import type { PlatformName } from "./platform.ts";
import { emptyTable, type Table } from "./table.ts";

/** Every platform's constants. */
export const tables: Readonly<Record<PlatformName, Table>> = {
  linux_x86_64: linux,
  linux_aarch64: linux,
  darwin,
  windows,
  freebsd,
  unsupported: emptyTable,
};
