/** How long a client waits for the echo of one byte from a server in C. */

import { type Contestant, microseconds, type Row } from "../support/measure.ts";

function contestant(name: string, file: string): Contestant {
  return {
    name,
    source: new URL(file, import.meta.url),
    server: { source: new URL("echo.c", import.meta.url) },
  };
}

/** The row. */
export const rows: Row[] = [{
  name: "async: ping-pong of one byte",
  figure: microseconds,
  work: 4_000,
  rounds: 31,
  ours: contestant("@libc/socket", "ours.ts"),
  peers: [{ ...contestant("Deno.connect", "deno.ts"), limit: 1.1 }],
}];
