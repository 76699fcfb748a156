/**
 * Where the fields of C structs lie, for the running platform and the others.
 *
 * @module
 */

import { platform, type PlatformName } from "../../constants/platform.ts";
import { layout as darwin } from "./darwin.ts";
import { layout as freebsd } from "./freebsd.ts";
import { layout as linux_aarch64 } from "./linux_aarch64.ts";
import { layout as linux_x86_64 } from "./linux_x86_64.ts";
import { define, type Layout } from "./types.ts";
import { layout as windows } from "./windows.ts";

export type { KnownPlatform, PlatformName } from "../../constants/platform.ts";
export type { Field, Layout, Struct } from "./types.ts";

/** Every platform's layout, for codecs that write another platform's bytes. */
export const layouts: Readonly<Record<PlatformName, Layout>> = {
  linux_x86_64,
  linux_aarch64,
  darwin,
  windows,
  freebsd,
  unsupported: define({
    cmsg: { align: 1, header: 0 },
    types: {},
    structs: {},
  }),
};

/** The running platform's layout. */
export const layout: Layout = layouts[platform];
