/**
 * Where the fields of C structs lie on the running platform.
 *
 * @module
 */

import { platform, type PlatformName } from "../../constants/platform.ts";
import { define, type Layout } from "./types.ts";

export type { KnownPlatform, PlatformName } from "../../constants/platform.ts";
export type { Field, Layout, Struct } from "./types.ts";

const emptyStruct = new Proxy({ size: 0 }, {
  get: (known, name) => Reflect.get(known, name) ?? { at: 0, size: 0 },
});

/**
 * The layout of a platform that is not supported. It has no structs, but whoever asks for one gets an
 * empty one: every module can be imported then, and opening the C library tells what is wrong.
 */
export const nothing: Layout = new Proxy(
  define({ cmsg: { align: 1, header: 0 }, types: {}, structs: {} }),
  { get: (known, name) => Reflect.get(known, name) ?? emptyStruct },
);

// One is loaded, as each takes its time to be read.
const load: Readonly<
  Record<PlatformName, () => Promise<{ readonly layout: Layout }>>
> = {
  linux_x86_64: () => import("./generated/linux_x86_64.ts"),
  linux_aarch64: () => import("./generated/linux_aarch64.ts"),
  darwin: () => import("./generated/darwin.ts"),
  windows: () => import("./generated/windows.ts"),
  freebsd: () => import("./generated/freebsd.ts"),
  unsupported: () => Promise.resolve({ layout: nothing }),
};

/** The running platform's layout. */
export const { layout }: { readonly layout: Layout } = await load[platform]();
