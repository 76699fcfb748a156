/** The memory of a server that waits for data on 10,000 connections. */

import { type Contestant, reported, type Row } from "../support/measure.ts";

function contestant(name: string, server: string): Contestant {
  return {
    name,
    source: new URL("hold.c", import.meta.url),
    server: { source: new URL(server, import.meta.url) },
  };
}

/** The row. */
export const rows: Row[] = [{
  name: "async: memory of an idle connection, of 10,000",
  figure: reported("B"),
  work: 10_000,
  rounds: 5,
  fresh: true,
  ours: contestant("@libc/socket", "ours.ts"),
  peers: [
    { ...contestant("Deno.listen", "deno.ts"), limit: 1 },
    { ...contestant("node:net", "node.mjs"), limit: 1 },
  ],
}];
