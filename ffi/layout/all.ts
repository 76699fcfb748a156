/**
 * The struct layouts of every platform, for code that writes another platform's bytes. Importing
 * this module loads them all.
 */

import type { PlatformName } from "../../constants/platform.ts";
import darwin from "./generated/darwin.json" with { type: "json" };
import freebsd from "./generated/freebsd.json" with { type: "json" };
import linux_aarch64 from "./generated/linux_aarch64.json" with {
  type: "json",
};
import linux_x86_64 from "./generated/linux_x86_64.json" with { type: "json" };
import windows from "./generated/windows.json" with { type: "json" };
import { emptyLayout, type Layout, layoutOf } from "./mod.ts";

/** Every platform's layout. */
export const layouts: Readonly<Record<PlatformName, Layout>> = {
  linux_x86_64: layoutOf(linux_x86_64),
  linux_aarch64: layoutOf(linux_aarch64),
  darwin: layoutOf(darwin),
  windows: layoutOf(windows),
  freebsd: layoutOf(freebsd),
  unsupported: emptyLayout,
};
