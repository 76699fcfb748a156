/**
 * A page of a kilobyte of text over HTTP. Ours parse a request by hand, as far as the row needs it;
 * the peers are whole HTTP servers.
 */

import { type Contestant, reported, type Row } from "../support/measure.ts";

const CONNECTIONS = 64;

function contestant(
  name: string,
  server: string,
  ...args: string[]
): Contestant {
  return {
    name,
    source: new URL("../requests/load.c", import.meta.url),
    args: [String(CONNECTIONS), "cpu", "http"],
    server: { source: new URL(server, import.meta.url), args },
  };
}

/** The row. */
export const rows: Row[] = [{
  name:
    `handlers: the processor's time for a page over HTTP, ${CONNECTIONS} connections`,
  figure: reported("µs"),
  work: 10_000,
  rounds: 21,
  ours: contestant("handlers", "handlers.ts", "best"),
  peers: [
    contestant("handlers, poller", "handlers.ts", "poller"),
    contestant("awaiting", "ours.ts"),
    contestant("Deno.serve", "deno.ts"),
    contestant("node:http", "node.mjs"),
    contestant("Bun.serve", "bun.mjs"),
  ],
}];
