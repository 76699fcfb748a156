/** Both ends of a pair of sockets in one process: what a call costs beyond the system's own time. */

import type { Contestant, Row } from "../support/measure.ts";

function contestant(name: string, file: string, size: number): Contestant {
  return { name, source: new URL(file, import.meta.url), args: [String(size)] };
}

function row(
  size: number,
  work: number,
  limits: [c: number, python: number],
): Row {
  return {
    name: `socketpair ${size} B`,
    unit: "ns for a send and a recv_into",
    work,
    rounds: 61,
    ours: contestant("@libc/socket", "ours.ts", size),
    peers: [
      {
        ...contestant("C, threads", "peer.c", size, "threads"),
        atMost: limits[0],
      },
      contestant("C, one thread", "peer.c", size),
      { ...contestant("CPython", "peer.py", size), atMost: limits[1] },
    ],
  };
}

/** The rows. */
export const rows: Row[] = [
  row(64, 20_000, [1.15, 1]),
  row(65536, 3_000, [1.15, 1]),
];
