/** Datagrams over loopback in one process; each call writes or reads an address. */

import { nanoseconds, type Row } from "../support/measure.ts";

/** The row. */
export const rows: Row[] = [{
  name: "UDP: sendto and recvfrom of 64 B",
  figure: nanoseconds,
  work: 10_000,
  rounds: 31,
  ours: {
    name: "@libc/socket",
    source: new URL("ours.ts", import.meta.url),
  },
  peers: [{
    name: "CPython",
    source: new URL("peer.py", import.meta.url),
    limit: 0.9,
  }],
}];
