/** A server that echoes 64 bytes on many connections: the same clients, in C, ask each in turn. */

import { type Contestant, perSecond, type Row } from "../support/measure.ts";

function row(connections: number): Row {
  const contestant = (name: string, server: string): Contestant => ({
    name,
    source: new URL("load.c", import.meta.url),
    args: [String(connections)],
    server: { source: new URL(server, import.meta.url) },
  });
  return {
    name: `async: request and response of 64 B, ${connections} connections`,
    figure: perSecond,
    work: 15_000,
    rounds: 61,
    ours: contestant("@libc/socket", "ours.ts"),
    peers: [
      { ...contestant("C epoll", "peer.c"), limit: 0.75 },
      { ...contestant("Deno.listen", "deno.ts"), limit: 1.25 },
      { ...contestant("node:net", "node.mjs"), limit: 1.4 },
    ],
  };
}

/** The rows. */
export const rows: Row[] = [row(64), row(1000)];
