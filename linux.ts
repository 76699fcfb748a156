/**
 * Constants of Linux that few programs need: requests and flags of TUN and TAP devices (`TUN`,
 * `IFF_`), options of MPTCP and SCTP, the rings of packet sockets (`TPACKET_`, `TP_`) and `AF_XDP`
 * (`XDP_`). Those of netlink are in `netlink.ts`, all others in `mod.ts`.
 *
 * Importing needs no permission. On other systems they are stand-ins, see `isMissing()`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isMissing } from "@libc/socket";
 * import { IFF_TUN, TUNSETIFF } from "@libc/socket/linux";
 *
 * if (!isMissing(TUNSETIFF)) assertEquals([IFF_TUN, TUNSETIFF], [1, 0x400454ca]);
 * ```
 *
 * @module
 */

export * from "./constants/generated/door_linux.js";
