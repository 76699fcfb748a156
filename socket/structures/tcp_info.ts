/** The state of a TCP connection, as `TCP_INFO` reports it. */

import type { Bytes } from "../../errors/arguments.ts";
import {
  type Layout,
  layout as running,
  type Struct,
  tcp_info_bits,
} from "../../ffi/layout/mod.ts";
import { reader, structOf, unsigned } from "./fields.ts";

/**
 * The fields of the platform's `struct tcp_info` (macOS: `struct tcp_connection_info`), by their C
 * names and in C's units: on Linux, times are in microseconds, except that `tcpi_last_…` are in
 * milliseconds. A field that the platform or the kernel lacks is left out; a 64-bit field is a
 * bigint if it is not a safe integer.
 * @category Options
 */
export interface TcpInfo {
  // On every platform.
  /** The connection's state; established is 1 on Linux, 4 on macOS and FreeBSD. */
  readonly tcpi_state: number;
  /** Bits of the negotiated options, such as timestamps and window scaling. */
  readonly tcpi_options: number;
  /** The retransmission timeout. */
  readonly tcpi_rto: number;
  /** The variation of the round-trip time. */
  readonly tcpi_rttvar: number;
  /** The slow-start threshold. */
  readonly tcpi_snd_ssthresh: number;
  /** The congestion window, in segments on Linux, in bytes elsewhere. */
  readonly tcpi_snd_cwnd: number;
  /** The scale of the window that the peer announces, in bits. */
  readonly tcpi_snd_wscale: number;
  /** The scale of the window that this side announces, in bits. */
  readonly tcpi_rcv_wscale: number;

  // On some platforms, of at most 32 bits.
  /** How accurate ECN failed; 0 if it did not. */
  readonly tcpi_accecn_fail_mode?: number;
  /** Whether the accurate ECN option was seen. */
  readonly tcpi_accecn_opt_seen?: number;
  /** The segment size announced to the peer, in bytes. */
  readonly tcpi_advmss?: number;
  /** The timeout of delayed acknowledgments. */
  readonly tcpi_ato?: number;
  /** How many times the retransmission timeout was doubled. */
  readonly tcpi_backoff?: number;
  /** The state of congestion control. */
  readonly tcpi_ca_state?: number;
  /** Segments with data received. */
  readonly tcpi_data_segs_in?: number;
  /** Segments with data sent. */
  readonly tcpi_data_segs_out?: number;
  /** Segments delivered to the peer. */
  readonly tcpi_delivered?: number;
  /** Segments delivered with an ECN congestion mark. */
  readonly tcpi_delivered_ce?: number;
  /** Bytes delivered with an ECN congestion mark. */
  readonly tcpi_delivered_ce_bytes?: number;
  /** Bytes delivered with the mark ECT(0). */
  readonly tcpi_delivered_e0_bytes?: number;
  /** Bytes delivered with the mark ECT(1). */
  readonly tcpi_delivered_e1_bytes?: number;
  /** 1 if the program rather than the network limited the delivery rate. */
  readonly tcpi_delivery_rate_app_limited?: number;
  /** Segments that the peer reported as received twice (DSACK). */
  readonly tcpi_dsack_dups?: number;
  /** Forward-acknowledged segments; no longer counted. */
  readonly tcpi_fackets?: number;
  /** Why Fast Open failed on the client; 0 if it did not. */
  readonly tcpi_fastopen_client_fail?: number;
  /** Bits of the connection's condition (macOS). */
  readonly tcpi_flags?: number;
  /** The time since the last acknowledgment was received, in milliseconds. */
  readonly tcpi_last_ack_recv?: number;
  /** The time since the last acknowledgment was sent; not filled on Linux. */
  readonly tcpi_last_ack_sent?: number;
  /** The time since data was last received (Linux: in milliseconds). */
  readonly tcpi_last_data_recv?: number;
  /** The time since data was last sent, in milliseconds. */
  readonly tcpi_last_data_sent?: number;
  /** Segments counted as lost. */
  readonly tcpi_lost?: number;
  /** The maximum segment size, in bytes (macOS). */
  readonly tcpi_maxseg?: number;
  /** The minimum round-trip time seen. */
  readonly tcpi_min_rtt?: number;
  /** Bytes not sent yet. */
  readonly tcpi_notsent_bytes?: number;
  /** The path's MTU, in bytes. */
  readonly tcpi_pmtu?: number;
  /** Unanswered window probes. */
  readonly tcpi_probes?: number;
  /** The segment size for receiving, in bytes. */
  readonly tcpi_rcv_mss?: number;
  /** The sequence number expected next. */
  readonly tcpi_rcv_nxt?: number;
  /** Segments received out of order. */
  readonly tcpi_rcv_ooopack?: number;
  /** The round-trip time as the receiver estimates it. */
  readonly tcpi_rcv_rtt?: number;
  /** The receive window as the receiver estimates it, in bytes. */
  readonly tcpi_rcv_space?: number;
  /** The limit of the announced window. */
  readonly tcpi_rcv_ssthresh?: number;
  /** The announced receive window, in bytes. */
  readonly tcpi_rcv_wnd?: number;
  /** Packets received with an ECN congestion mark. */
  readonly tcpi_received_ce?: number;
  /** Bytes received with an ECN congestion mark. */
  readonly tcpi_received_ce_bytes?: number;
  /** Bytes received with the mark ECT(0). */
  readonly tcpi_received_e0_bytes?: number;
  /** Bytes received with the mark ECT(1). */
  readonly tcpi_received_e1_bytes?: number;
  /** How often another path was tried after timeouts. */
  readonly tcpi_rehash?: number;
  /** How often reordering was seen. */
  readonly tcpi_reord_seen?: number;
  /** The reordering distance tolerated, in segments. */
  readonly tcpi_reordering?: number;
  /** Retransmitted segments in flight. */
  readonly tcpi_retrans?: number;
  /** Consecutive retransmission timeouts without an acknowledgment. */
  readonly tcpi_retransmits?: number;
  /** The smoothed round-trip time. */
  readonly tcpi_rtt?: number;
  /** The last round-trip time measured (macOS). */
  readonly tcpi_rttcur?: number;
  /** Selectively acknowledged segments. */
  readonly tcpi_sacked?: number;
  /** Segments received. */
  readonly tcpi_segs_in?: number;
  /** Segments sent. */
  readonly tcpi_segs_out?: number;
  /** The bandwidth-controlled window; no longer filled (FreeBSD). */
  readonly tcpi_snd_bwnd?: number;
  /** The segment size for sending, in bytes. */
  readonly tcpi_snd_mss?: number;
  /** The next sequence number to send. */
  readonly tcpi_snd_nxt?: number;
  /** Segments retransmitted (FreeBSD). */
  readonly tcpi_snd_rexmitpack?: number;
  /** Bytes in the send buffer (macOS). */
  readonly tcpi_snd_sbbytes?: number;
  /** The window that the peer announces, in bytes. */
  readonly tcpi_snd_wnd?: number;
  /** How often a zero window was announced to the peer (FreeBSD). */
  readonly tcpi_snd_zerowin?: number;
  /** The smoothed round-trip time (macOS). */
  readonly tcpi_srtt?: number;
  /** The connection's number in an offload engine (FreeBSD). */
  readonly tcpi_toe_tid?: number;
  /** Segments retransmitted over the connection's lifetime. */
  readonly tcpi_total_retrans?: number;
  /** Retransmission timeouts. */
  readonly tcpi_total_rto?: number;
  /** Recoveries from retransmission timeouts. */
  readonly tcpi_total_rto_recoveries?: number;
  /** The time spent in those recoveries, in milliseconds. */
  readonly tcpi_total_rto_time?: number;
  /** Segments sent but not yet acknowledged. */
  readonly tcpi_unacked?: number;

  // On some platforms, of 64 bits.
  /** The time during which there was data to send. */
  readonly tcpi_busy_time?: number | bigint;
  /** Bytes acknowledged by the peer. */
  readonly tcpi_bytes_acked?: number | bigint;
  /** Bytes received. */
  readonly tcpi_bytes_received?: number | bigint;
  /** Bytes retransmitted. */
  readonly tcpi_bytes_retrans?: number | bigint;
  /** Bytes sent, retransmissions included. */
  readonly tcpi_bytes_sent?: number | bigint;
  /** The rate of delivery, in bytes per second. */
  readonly tcpi_delivery_rate?: number | bigint;
  /** The limit of the pacing rate, in bytes per second; all bits set if there is none. */
  readonly tcpi_max_pacing_rate?: number | bigint;
  /** The rate at which sends are paced, in bytes per second. */
  readonly tcpi_pacing_rate?: number | bigint;
  /** The time during which the peer's window limited sending. */
  readonly tcpi_rwnd_limited?: number | bigint;
  /** Bytes received (macOS). */
  readonly tcpi_rxbytes?: number | bigint;
  /** Bytes received out of order (macOS). */
  readonly tcpi_rxoutoforderbytes?: number | bigint;
  /** Packets received (macOS). */
  readonly tcpi_rxpackets?: number | bigint;
  /** The time during which the send buffer limited sending. */
  readonly tcpi_sndbuf_limited?: number | bigint;
  /** Bytes sent (macOS). */
  readonly tcpi_txbytes?: number | bigint;
  /** Packets sent (macOS). */
  readonly tcpi_txpackets?: number | bigint;
  /** Bytes retransmitted (macOS). */
  readonly tcpi_txretransmitbytes?: number | bigint;
  /** Packets retransmitted (macOS). */
  readonly tcpi_txretransmitpackets?: number | bigint;
}

/**
 * Decodes the value of `TCP_INFO` (macOS: `TCP_CONNECTION_INFO`): every field within the length
 * that the kernel returned.
 *
 * @param data what `getsockopt(IPPROTO_TCP, TCP_INFO, 512)` returned
 * @returns the fields
 * @throws {RangeError} if it is too short for the fields that every platform has, or the platform
 * has neither struct
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "@libc/socket";
 *
 * using server = socket.create_server(["127.0.0.1", 0]);
 * using client = socket.create_connection(server.getsockname());
 * if (socket.hasattr("TCP_INFO")) {
 *   const value = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 512);
 *   const info = socket.decodeTcpInfo(value);
 *   assertEquals(info.tcpi_state, 1); // established
 * }
 * ```
 * @see `tcp(7)`
 * @category Options
 */
export function decodeTcpInfo(data: Bytes): TcpInfo {
  return tcpInfo(data, running);
}

/** Like {@linkcode decodeTcpInfo}, for any platform. */
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
      // A leading "__" marks padding and fields that are never filled.
      if (typeof place === "number" || field.startsWith("__")) continue;
      if (place.at + place.size > view.byteLength) continue;
      info[field] = unsigned(view, place);
    }
  }
  return info as unknown as TcpInfo;
}

/** Returns the offset at which the last of the fields that every platform has ends. */
function minimum(struct: Struct): number {
  const { tcpi_rttvar, tcpi_snd_cwnd } = struct;
  return Math.max(
    tcpi_rttvar.at + tcpi_rttvar.size,
    tcpi_snd_cwnd.at + tcpi_snd_cwnd.size,
  );
}
