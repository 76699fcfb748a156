/** The state of a TCP connection, as `TCP_INFO` tells it. */

import { layout as running } from "../../ffi/layout/mod.ts";
import { tcp_info_bits } from "../../ffi/layout/more.ts";
import type { Layout, Struct } from "../../ffi/layout/types.ts";
import type { Bytes } from "../arguments.ts";
import { reader, structOf, unsigned } from "./fields.ts";

/**
 * The fields of the platform's `struct tcp_info` (macOS: `struct tcp_connection_info`) by their C
 * names, in C's units: Linux's times are microseconds, but `tcpi_last_…` milliseconds. A field that
 * the platform or the kernel lacks is left out; one of 64 bits is a bigint beyond 2^53.
 */
export interface TcpInfo {
  // On every platform.
  readonly tcpi_state: number;
  readonly tcpi_options: number;
  readonly tcpi_rto: number;
  readonly tcpi_rttvar: number;
  readonly tcpi_snd_ssthresh: number;
  readonly tcpi_snd_cwnd: number;
  readonly tcpi_snd_wscale: number;
  readonly tcpi_rcv_wscale: number;

  // Of at most 32 bits, on some.
  readonly tcpi_accecn_fail_mode?: number;
  readonly tcpi_accecn_opt_seen?: number;
  readonly tcpi_advmss?: number;
  readonly tcpi_ato?: number;
  readonly tcpi_backoff?: number;
  readonly tcpi_ca_state?: number;
  readonly tcpi_data_segs_in?: number;
  readonly tcpi_data_segs_out?: number;
  readonly tcpi_delivered?: number;
  readonly tcpi_delivered_ce?: number;
  readonly tcpi_delivered_ce_bytes?: number;
  readonly tcpi_delivered_e0_bytes?: number;
  readonly tcpi_delivered_e1_bytes?: number;
  readonly tcpi_delivery_rate_app_limited?: number;
  readonly tcpi_dsack_dups?: number;
  readonly tcpi_fackets?: number;
  readonly tcpi_fastopen_client_fail?: number;
  readonly tcpi_flags?: number;
  readonly tcpi_last_ack_recv?: number;
  readonly tcpi_last_ack_sent?: number;
  readonly tcpi_last_data_recv?: number;
  readonly tcpi_last_data_sent?: number;
  readonly tcpi_lost?: number;
  readonly tcpi_maxseg?: number;
  readonly tcpi_min_rtt?: number;
  readonly tcpi_notsent_bytes?: number;
  readonly tcpi_pmtu?: number;
  readonly tcpi_probes?: number;
  readonly tcpi_rcv_mss?: number;
  readonly tcpi_rcv_nxt?: number;
  readonly tcpi_rcv_ooopack?: number;
  readonly tcpi_rcv_rtt?: number;
  readonly tcpi_rcv_space?: number;
  readonly tcpi_rcv_ssthresh?: number;
  readonly tcpi_rcv_wnd?: number;
  readonly tcpi_received_ce?: number;
  readonly tcpi_received_ce_bytes?: number;
  readonly tcpi_received_e0_bytes?: number;
  readonly tcpi_received_e1_bytes?: number;
  readonly tcpi_rehash?: number;
  readonly tcpi_reord_seen?: number;
  readonly tcpi_reordering?: number;
  readonly tcpi_retrans?: number;
  readonly tcpi_retransmits?: number;
  readonly tcpi_rtt?: number;
  readonly tcpi_rttcur?: number;
  readonly tcpi_sacked?: number;
  readonly tcpi_segs_in?: number;
  readonly tcpi_segs_out?: number;
  readonly tcpi_snd_bwnd?: number;
  readonly tcpi_snd_mss?: number;
  readonly tcpi_snd_nxt?: number;
  readonly tcpi_snd_rexmitpack?: number;
  readonly tcpi_snd_sbbytes?: number;
  readonly tcpi_snd_wnd?: number;
  readonly tcpi_snd_zerowin?: number;
  readonly tcpi_srtt?: number;
  readonly tcpi_toe_tid?: number;
  readonly tcpi_total_retrans?: number;
  readonly tcpi_total_rto?: number;
  readonly tcpi_total_rto_recoveries?: number;
  readonly tcpi_total_rto_time?: number;
  readonly tcpi_unacked?: number;

  // Of 64 bits, on some.
  readonly tcpi_busy_time?: number | bigint;
  readonly tcpi_bytes_acked?: number | bigint;
  readonly tcpi_bytes_received?: number | bigint;
  readonly tcpi_bytes_retrans?: number | bigint;
  readonly tcpi_bytes_sent?: number | bigint;
  readonly tcpi_delivery_rate?: number | bigint;
  readonly tcpi_max_pacing_rate?: number | bigint;
  readonly tcpi_pacing_rate?: number | bigint;
  readonly tcpi_rwnd_limited?: number | bigint;
  readonly tcpi_rxbytes?: number | bigint;
  readonly tcpi_rxoutoforderbytes?: number | bigint;
  readonly tcpi_rxpackets?: number | bigint;
  readonly tcpi_sndbuf_limited?: number | bigint;
  readonly tcpi_txbytes?: number | bigint;
  readonly tcpi_txpackets?: number | bigint;
  readonly tcpi_txretransmitbytes?: number | bigint;
  readonly tcpi_txretransmitpackets?: number | bigint;
}

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
