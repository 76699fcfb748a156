/**
 * Structs that are not in the generated tables, written by hand after their headers. Each has the
 * same layout on every platform that has it.
 */

import type { Field } from "./types.ts";

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
