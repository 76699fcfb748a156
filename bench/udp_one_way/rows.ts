/**
 * Datagrams between two processes of the same contestant. The receiver acknowledges how many have
 * arrived, and the sender stays no further ahead than a socket's buffer holds. No datagram is lost
 * that way, and all that are counted have arrived; losing one fails the row.
 */

import {
  type Contestant,
  type Peer,
  perSecond,
  type Row,
} from "../support/measure.ts";

function contestant(name: string, file: string, size: number): Contestant {
  const source = new URL(file, import.meta.url);
  return {
    name,
    source,
    args: ["send", String(size)],
    server: { source, args: ["receive", String(size)] },
  };
}

const others = (size: number, limit?: number): Peer[] => [
  { ...contestant("Deno.listenDatagram", "deno.ts", size), limit },
  { ...contestant("node:dgram", "node.mjs", size), limit },
];

const row = (name: string, ours: Contestant, peers: readonly Peer[]): Row => ({
  name,
  figure: perSecond,
  work: 64 * 256,
  rounds: 15,
  ours,
  peers,
});

const segments = (size: number): Contestant =>
  contestant("@libc/socket", "segments.ts", size);

/** The rows. */
export const rows: Row[] = [
  row(
    "UDP: one way, 64 B, recvmmsg and sendmmsg",
    contestant("@libc/socket", "batches.ts", 64),
    [{ ...contestant("C", "peer.c", 64), limit: 0.9 }, ...others(64)],
  ),
  row("async: UDP one way, 64 B in segments", segments(64), others(64, 4)),
  row(
    "async: UDP one way, 1,200 B in segments",
    segments(1200),
    others(1200, 4),
  ),
];
