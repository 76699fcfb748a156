/** The offsets and sizes of C struct fields on the running platform. */

import { platform, type PlatformName } from "../../constants/platform.ts";
import { type Layout, type LayoutFile, layoutOf } from "./types.ts";

export type { KnownPlatform, PlatformName } from "../../constants/platform.ts";
export type { Field, Layout, Struct } from "./types.ts";

const emptyStruct = new Proxy({ size: 0 }, {
  get: (known, name) => Reflect.get(known, name) ?? { at: 0, size: 0 },
});

/**
 * The layout of an unsupported platform. It has no structs, but returns an empty one for any name,
 * so that every module can be imported; opening the C library then reports the platform.
 */
export const emptyLayout: Layout = new Proxy(
  layoutOf({ layout: { cmsg: { align: 1, header: 0 }, types: {} } }),
  { get: (known, name) => Reflect.get(known, name) ?? emptyStruct },
);

// Reading a layout takes time, so only the running platform's is loaded.
const load: Readonly<
  Record<PlatformName, () => Promise<{ readonly default: LayoutFile }>>
> = {
  linux_x86_64: () =>
    import("./generated/linux_x86_64.json", { with: { type: "json" } }),
  linux_aarch64: () =>
    import("./generated/linux_aarch64.json", { with: { type: "json" } }),
  darwin: () => import("./generated/darwin.json", { with: { type: "json" } }),
  windows: () => import("./generated/windows.json", { with: { type: "json" } }),
  freebsd: () => import("./generated/freebsd.json", { with: { type: "json" } }),
  unsupported: () => Promise.resolve({ default: { layout: emptyLayout } }),
};

/** The running platform's layout. */
export const layout: Layout = layoutOf((await load[platform]()).default);
