/** Connections made, accepted and closed in one process. */

import { microseconds, type Row } from "../support/measure.ts";

/** The row. */
export const rows: Row[] = [{
  name: "TCP: connect, accept and close both",
  figure: microseconds,
  work: 300,
  rounds: 31,
  ours: {
    name: "@libc/socket",
    source: new URL("ours.ts", import.meta.url),
  },
  peers: [
    { name: "C", source: new URL("peer.c", import.meta.url), limit: 1.3 },
    {
      name: "CPython",
      source: new URL("peer.py", import.meta.url),
      limit: 0.8,
    },
  ],
}];
