/** The delay of timers while a socket always has more data to receive. */

import { type Contestant, reported, type Row } from "../support/measure.ts";

function contestant(name: string, file: string): Contestant {
  return {
    name,
    source: new URL(file, import.meta.url),
    server: { source: new URL("flood.c", import.meta.url) },
  };
}

/** The row. */
export const rows: Row[] = [{
  name: "async: the worst delay of a timer during a flood",
  figure: reported("ms"),
  work: 50,
  rounds: 21,
  comparison: "difference",
  ours: contestant("@libc/socket", "ours.ts"),
  limit: 5,
  peers: [contestant("Deno.connect", "deno.ts")],
}];
