/** A server that echoes 64 bytes on many connections; the client, in C, is the same for all. */

import {
  type Contestant,
  perSecond,
  reported,
  type Row,
} from "../support/measure.ts";

function row(connections: number, what: "rate" | "wait"): Row {
  const rate = what === "rate";
  const contestant = (name: string, server: string): Contestant => ({
    name,
    source: new URL("load.c", import.meta.url),
    args: [String(connections), what],
    server: { source: new URL(server, import.meta.url) },
  });
  return {
    name: rate
      ? `async: request and response of 64 B, ${connections} connections`
      : `async: the longest wait of 99 % of requests, ${connections} connections`,
    figure: rate ? perSecond : reported("µs"),
    work: 15_000,
    rounds: rate ? 61 : 21,
    ours: contestant("@libc/socket", "ours.ts"),
    peers: [
      { ...contestant("C epoll", "peer.c"), limit: rate ? 0.75 : undefined },
      {
        ...contestant("Deno.listen", "deno.ts"),
        limit: rate ? 1.25 : undefined,
      },
      { ...contestant("node:net", "node.mjs"), limit: rate ? 1.4 : undefined },
    ],
  };
}

/** The rows. */
export const rows: Row[] = [
  row(64, "rate"),
  row(1000, "rate"),
  row(64, "wait"),
  row(1000, "wait"),
];
