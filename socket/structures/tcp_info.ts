/** The state of a TCP connection, as `TCP_INFO` tells it. */

import { layout as running } from "../../ffi/layout/mod.ts";
import { tcp_info_bits } from "../../ffi/layout/more.ts";
import type { Layout, Struct } from "../../ffi/layout/types.ts";
import type { Bytes } from "../arguments.ts";
import { reader, structOf, unsigned } from "./fields.ts";

/** The fields that every platform has. */
type Common =
  | "tcpi_state"
  | "tcpi_options"
  | "tcpi_rto"
  | "tcpi_rttvar"
  | "tcpi_snd_ssthresh"
  | "tcpi_snd_cwnd"
  | "tcpi_snd_wscale"
  | "tcpi_rcv_wscale";

/** The fields of at most 32 bits. */
type Narrow =
  | "tcpi_accecn_fail_mode"
  | "tcpi_accecn_opt_seen"
  | "tcpi_advmss"
  | "tcpi_ato"
  | "tcpi_backoff"
  | "tcpi_ca_state"
  | "tcpi_data_segs_in"
  | "tcpi_data_segs_out"
  | "tcpi_delivered"
  | "tcpi_delivered_ce"
  | "tcpi_delivered_ce_bytes"
  | "tcpi_delivered_e0_bytes"
  | "tcpi_delivered_e1_bytes"
  | "tcpi_delivery_rate_app_limited"
  | "tcpi_dsack_dups"
  | "tcpi_fackets"
  | "tcpi_fastopen_client_fail"
  | "tcpi_flags"
  | "tcpi_last_ack_recv"
  | "tcpi_last_ack_sent"
  | "tcpi_last_data_recv"
  | "tcpi_last_data_sent"
  | "tcpi_lost"
  | "tcpi_maxseg"
  | "tcpi_min_rtt"
  | "tcpi_notsent_bytes"
  | "tcpi_pmtu"
  | "tcpi_probes"
  | "tcpi_rcv_mss"
  | "tcpi_rcv_nxt"
  | "tcpi_rcv_ooopack"
  | "tcpi_rcv_rtt"
  | "tcpi_rcv_space"
  | "tcpi_rcv_ssthresh"
  | "tcpi_rcv_wnd"
  | "tcpi_received_ce"
  | "tcpi_received_ce_bytes"
  | "tcpi_received_e0_bytes"
  | "tcpi_received_e1_bytes"
  | "tcpi_rehash"
  | "tcpi_reord_seen"
  | "tcpi_reordering"
  | "tcpi_retrans"
  | "tcpi_retransmits"
  | "tcpi_rtt"
  | "tcpi_rttcur"
  | "tcpi_sacked"
  | "tcpi_segs_in"
  | "tcpi_segs_out"
  | "tcpi_snd_bwnd"
  | "tcpi_snd_mss"
  | "tcpi_snd_nxt"
  | "tcpi_snd_rexmitpack"
  | "tcpi_snd_sbbytes"
  | "tcpi_snd_wnd"
  | "tcpi_snd_zerowin"
  | "tcpi_srtt"
  | "tcpi_toe_tid"
  | "tcpi_total_retrans"
  | "tcpi_total_rto"
  | "tcpi_total_rto_recoveries"
  | "tcpi_total_rto_time"
  | "tcpi_unacked";

/** The fields of 64 bits. */
type Wide =
  | "tcpi_busy_time"
  | "tcpi_bytes_acked"
  | "tcpi_bytes_received"
  | "tcpi_bytes_retrans"
  | "tcpi_bytes_sent"
  | "tcpi_delivery_rate"
  | "tcpi_max_pacing_rate"
  | "tcpi_pacing_rate"
  | "tcpi_rwnd_limited"
  | "tcpi_rxbytes"
  | "tcpi_rxoutoforderbytes"
  | "tcpi_rxpackets"
  | "tcpi_sndbuf_limited"
  | "tcpi_txbytes"
  | "tcpi_txpackets"
  | "tcpi_txretransmitbytes"
  | "tcpi_txretransmitpackets";

/**
 * The fields of the platform's `struct tcp_info` (macOS: `struct tcp_connection_info`) by their C
 * names, in C's units: Linux's times are microseconds, but `tcpi_last_…` milliseconds. A field that
 * the platform or the kernel lacks is left out; one of 64 bits is a bigint beyond 2^53.
 */
export type TcpInfo =
  & { readonly [Name in Common]: number }
  & { readonly [Name in Narrow]?: number }
  & { readonly [Name in Wide]?: number | bigint };

/**
 * Reads the value of `TCP_INFO` (macOS: `TCP_CONNECTION_INFO`): each field that lies within the
 * length that the kernel returned.
 *
 * @param data what `getsockopt(IPPROTO_TCP, TCP_INFO, 512)` gave
 * @throws {RangeError} if it lacks even the fields that every platform has
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "../../mod.ts";
 *
 * using server = socket.create_server(["127.0.0.1", 0]);
 * using client = socket.create_connection(server.getsockname());
 * const value = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 512);
 * const info = socket.decodeTcpInfo(value);
 * assertEquals(info.tcpi_state, 1); // established
 * ```
 */
export function decodeTcpInfo(data: Bytes): TcpInfo {
  return tcpInfo(data, running);
}

/** The same for any platform. */
export function tcpInfo(data: Bytes, layout: Layout): TcpInfo {
  const name = "tcp_info" in layout ? "tcp_info" : "tcp_connection_info";
  const struct = structOf(layout, name);
  const { view } = reader(data, name, minimum(struct));
  const info: Record<string, number | bigint> = {};
  const bitFields = name === "tcp_info" ? tcp_info_bits : {};
  for (
    const [field, { at, shift, bits, beside }] of Object.entries(bitFields)
  ) {
    if (beside in struct) {
      info[field] = view.getUint8(at) >> shift &
        (1 << bits) - 1;
    }
  }
  for (
    const part of [struct, layout.tcp_info_linux_7_0_tail as Struct | undefined]
  ) {
    for (const [field, place] of Object.entries(part ?? {})) {
      // Names with underscores in front are padding, or fields that are never filled.
      if (typeof place === "number" || field.startsWith("__")) continue;
      if (place.at + place.size > view.byteLength) continue;
      info[field] = unsigned(view, place);
    }
  }
  return info as unknown as TcpInfo;
}

/** The end of the last field that every platform has. */
function minimum(struct: Struct): number {
  const { tcpi_rttvar, tcpi_snd_cwnd } = struct;
  return Math.max(
    tcpi_rttvar.at + tcpi_rttvar.size,
    tcpi_snd_cwnd.at + tcpi_snd_cwnd.size,
  );
}
