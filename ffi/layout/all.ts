/**
 * The structs of every platform, for code that writes another platform's bytes: it loads them all.
 *
 * @module
 */

import type { PlatformName } from "../../constants/platform.ts";
import { layout as darwin } from "./generated/darwin.ts";
import { layout as freebsd } from "./generated/freebsd.ts";
import { layout as linux_aarch64 } from "./generated/linux_aarch64.ts";
import { layout as linux_x86_64 } from "./generated/linux_x86_64.ts";
import { nothing } from "./mod.ts";
import type { Layout } from "./types.ts";
import { layout as windows } from "./generated/windows.ts";

/** Every platform's layout. */
export const layouts: Readonly<Record<PlatformName, Layout>> = {
  linux_x86_64,
  linux_aarch64,
  darwin,
  windows,
  freebsd,
  unsupported: nothing,
};
