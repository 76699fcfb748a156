/** Sending a file of 1 GiB; the receiver discards it, and is the same for all. */

import { fileURLToPath } from "node:url";
import {
  type Contestant,
  mebibytesPerSecond,
  type Row,
} from "../support/measure.ts";
import { cache } from "../support/program.ts";

const MEBIBYTES = 1024;
const file = new URL("file", cache);

function contestant(name: string, source: string): Contestant {
  return {
    name,
    source: new URL(source, import.meta.url),
    args: [fileURLToPath(file)],
    server: { source: new URL("../support/sink.c", import.meta.url) },
  };
}

/** The row. */
export const rows: Row[] = [{
  name: "TCP: sendfile of 1 GiB",
  figure: mebibytesPerSecond,
  work: MEBIBYTES,
  rounds: 15,
  ours: contestant("@libc/socket", "ours.ts"),
  peers: [
    { ...contestant("C", "peer.c"), limit: 0.95 },
    { ...contestant("Deno pipeTo", "deno.ts"), limit: 1.5 },
  ],
  async prepare(): Promise<void> {
    await Deno.mkdir(cache, { recursive: true });
    await Deno.writeFile(file, new Uint8Array());
    await Deno.truncate(fileURLToPath(file), MEBIBYTES * 2 ** 20); // sparse: it takes no disk space
  },
}];
