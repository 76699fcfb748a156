/** A proxy that forwards 512 MiB; the sender and the receiver are in C, the same for all. */

import {
  type Contestant,
  mebibytesPerSecond,
  type Row,
} from "../support/measure.ts";

function contestant(name: string, server: string): Contestant {
  return {
    name,
    source: new URL("load.c", import.meta.url),
    server: { source: new URL(server, import.meta.url) },
  };
}

/** The row. */
export const rows: Row[] = [{
  name: "async: proxy of 512 MiB, relay",
  figure: mebibytesPerSecond,
  work: 512,
  rounds: 11,
  ours: contestant("@libc/socket", "ours.ts"),
  peers: [
    contestant("recv_into, sendall", "copying.ts"),
    contestant("Deno pipeTo", "deno.ts"),
    contestant("node:net pipe", "node.mjs"),
  ],
}];
