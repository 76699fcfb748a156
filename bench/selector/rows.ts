/** A selector with 10,000 registered sockets, one of which is readable. */

import { nanoseconds, type Row } from "../support/measure.ts";

const args = ["10000"];

/** The row. */
export const rows: Row[] = [{
  name: "selector: select() of 10,000 with one ready",
  figure: nanoseconds,
  work: 10_000,
  rounds: 31,
  ours: {
    name: "@libc/socket",
    source: new URL("ours.ts", import.meta.url),
    args,
  },
  peers: [{
    name: "CPython",
    source: new URL("peer.py", import.meta.url),
    args,
    limit: 1,
  }],
}];
