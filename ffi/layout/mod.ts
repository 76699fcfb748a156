/** The offsets and sizes of C struct fields on the running platform. */

import { platform, type PlatformName } from "../../constants/platform.ts";

export type { KnownPlatform, PlatformName } from "../../constants/platform.ts";

// The types of the layout tables: the offset and size of each field of a C struct.

/** The position of a field in its struct, in bytes. */
export interface Field {
  /** The offset from the start of the struct. */
  readonly at: number;
  /** The size of the field; 0 for a flexible array. */
  readonly size: number;
}

/** A C struct: its size, and its fields by their C names. */
export type Struct =
  & { readonly size: number }
  & Readonly<Record<string, Field>>;

/**
 * The structs of a platform by name. A struct that the platform lacks is `undefined`, although the
 * type does not say so: check with `"sockaddr_nl" in layout`.
 */
export type Layout =
  & {
    /** How ancillary data is laid out. */
    readonly cmsg: {
      /** The alignment of a header and of its data: `CMSG_ALIGN` rounds to it. */
      readonly align: number;
      /** The distance from the start of a header to its data: `CMSG_LEN(0)`. */
      readonly header: number;
    };
    /** The sizes of C's basic types by name, such as `long`. */
    readonly types: Readonly<Record<string, number>>;
  }
  & Readonly<Record<string, Struct>>;

/** The content of a generated file, as far as TypeScript infers it. */
export interface LayoutFile {
  readonly layout: Pick<Layout, "cmsg" | "types">;
}

/**
 * Casts a generated file's layout to `Layout`: the file has the structs too, but not their type.
 */
export function layoutOf({ layout }: LayoutFile): Layout {
  return layout as Layout;
}

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

// Structs that are not in the generated tables, written by hand after their headers. Each has the
// same layout on every platform that has it.

/** `struct sock_filter` of `<linux/filter.h>`: one instruction of classic BPF. */
export const sock_filter = {
  size: 8,
  code: { at: 0, size: 2 },
  jt: { at: 2, size: 1 },
  jf: { at: 3, size: 1 },
  k: { at: 4, size: 4 },
} as const;

/**
 * `struct sock_fprog` of `<linux/filter.h>`: a program's length in instructions, and its address.
 */
export const sock_fprog = {
  size: 16,
  len: { at: 0, size: 2 },
  filter: { at: 8, size: 8 },
} as const;

/** A field narrower than a byte. */
export interface BitField extends Field {
  /** The position of its lowest bit. */
  readonly shift: number;
  /** The number of bits. */
  readonly bits: number;
  /** The bit field exists on a platform if the struct has this field. */
  readonly beside: string;
}

/** The bit fields of `struct tcp_info`. FreeBSD has only the first two. */
export const tcp_info_bits: Readonly<Record<string, BitField>> = {
  tcpi_snd_wscale: { at: 6, size: 1, shift: 0, bits: 4, beside: "tcpi_state" },
  tcpi_rcv_wscale: { at: 6, size: 1, shift: 4, bits: 4, beside: "tcpi_state" },
  tcpi_delivery_rate_app_limited: {
    at: 7,
    size: 1,
    shift: 0,
    bits: 1,
    beside: "tcpi_delivery_rate",
  },
  tcpi_fastopen_client_fail: {
    at: 7,
    size: 1,
    shift: 1,
    bits: 2,
    beside: "tcpi_delivery_rate",
  },
};

/** `struct if_nameindex` of `<net/if.h>`: the index of a network interface, and its name. */
export const if_nameindex = {
  size: 16,
  if_index: { at: 0, size: 4 },
  if_name: { at: 8, size: 8 },
} as const;

/** `struct gaicb` of `<netdb.h>`: a lookup of `getaddrinfo_a`. 64-bit Linux. */
export const gaicb = {
  size: 56,
  ar_name: { at: 0, size: 8 },
  ar_service: { at: 8, size: 8 },
  ar_request: { at: 16, size: 8 },
  ar_result: { at: 24, size: 8 },
} as const;

/** `struct sigevent` of `<signal.h>`: what happens at the end of a lookup. 64-bit Linux. */
export const sigevent = {
  size: 64,
  sigev_value: { at: 0, size: 8 },
  sigev_notify: { at: 12, size: 4 },
  sigev_notify_function: { at: 16, size: 8 },
} as const;

/** `IN_RECVERR` of `<ws2ipdef.h>`: an ICMP error about what a socket sent. Windows. */
export const in_recverr = {
  size: 12,
  protocol: { at: 0, size: 4 },
  info: { at: 4, size: 4 },
  type: { at: 8, size: 1 },
  code: { at: 9, size: 1 },
} as const;
