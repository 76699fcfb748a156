/** A server that echoes datagrams; the client, in C, keeps 64 of them in flight. */

import {
  type Contestant,
  perSecond,
  reported,
  type Row,
} from "../support/measure.ts";

function contestants(what: "rate" | "cpu") {
  return (name: string, server: string, ...args: string[]): Contestant => ({
    name,
    source: new URL("load.c", import.meta.url),
    args: [what],
    server: { source: new URL(server, import.meta.url), args },
  });
}

const rate = contestants("rate");
const cpu = contestants("cpu");

/** The rows. */
export const rows: Row[] = [{
  name: "async: UDP echo of 64 B",
  figure: perSecond,
  work: 10_000,
  rounds: 21,
  ours: rate("@libc/socket", "ours.ts"),
  peers: [
    { ...rate("Deno.listenDatagram", "deno.ts"), limit: 1.5 },
    { ...rate("node:dgram", "node.mjs"), limit: 1.5 },
  ],
}, {
  name: "handlers: the processor's time for a UDP echo of 64 B",
  figure: reported("µs"),
  work: 10_000,
  rounds: 21,
  ours: cpu("handlers", "handlers.ts", "best"),
  peers: [
    cpu("handlers, poller", "handlers.ts", "poller"),
    cpu("awaiting", "ours.ts"),
    { ...cpu("Deno.listenDatagram", "deno.ts"), limit: 0.5 },
    cpu("node:dgram", "node.mjs"),
  ],
}];
