/** Blocking TCP between two processes of the same contestant: one sends, the other receives. */

import {
  type Contestant,
  mebibytesPerSecond,
  type Row,
} from "../support/measure.ts";

function contestant(name: string, file: string): Contestant {
  const source = new URL(file, import.meta.url);
  return { name, source, server: { source, args: ["receive"] } };
}

/** The row. */
export const rows: Row[] = [{
  name: "TCP: 1 GiB from process to process, 64 KiB a call",
  figure: mebibytesPerSecond,
  work: 1024,
  rounds: 15,
  ours: contestant("@libc/socket", "ours.ts"),
  peers: [
    { ...contestant("C", "peer.c"), limit: 0.95 },
    contestant("CPython", "peer.py"),
  ],
}];
