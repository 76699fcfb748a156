/** A server that echoes datagrams; the client, in C, keeps 64 of them in flight. */

import { type Contestant, perSecond, type Row } from "../support/measure.ts";

function contestant(name: string, server: string): Contestant {
  return {
    name,
    source: new URL("load.c", import.meta.url),
    server: { source: new URL(server, import.meta.url) },
  };
}

/** The row. */
export const rows: Row[] = [{
  name: "async: UDP echo of 64 B",
  figure: perSecond,
  work: 10_000,
  rounds: 21,
  ours: contestant("@libc/socket", "ours.ts"),
  peers: [
    { ...contestant("Deno.listenDatagram", "deno.ts"), limit: 1.5 },
    { ...contestant("node:dgram", "node.mjs"), limit: 1.5 },
  ],
}];
