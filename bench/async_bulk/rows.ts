/**
 * A server receives or sends a stream in chunks of 64 KiB on one connection; the client is in C.
 */

import {
  type Contestant,
  mebibytesPerSecond,
  type Row,
} from "../support/measure.ts";

function row(direction: "receiving" | "sending"): Row {
  const contestant = (name: string, server: string): Contestant => ({
    name,
    source: new URL("load.c", import.meta.url),
    args: [direction],
    server: { source: new URL(server, import.meta.url), args: [direction] },
  });
  return {
    name: `async: ${direction} in chunks of 64 KiB`,
    figure: mebibytesPerSecond,
    work: 128,
    rounds: 81,
    ours: contestant("@libc/socket", "ours.ts"),
    peers: [
      contestant("C", "peer.c"),
      { ...contestant("Deno.listen", "deno.ts"), limit: 1.1 },
      { ...contestant("node:net", "node.mjs"), limit: 1.1 },
    ],
  };
}

/** The rows. */
export const rows: Row[] = [row("receiving"), row("sending")];
