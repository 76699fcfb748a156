/** Both ends of a socket pair in one process: the cost of a call beyond the system's own time. */

import { nanoseconds, type Peer, type Row } from "../support/measure.ts";

/** @param args the size of a message, and the `bufsize` of `recv()`, or 0 for `recv_into()` */
function row(
  name: string,
  work: number,
  args: [size: number, bufsize: number, threads?: string],
  limits: { c?: number; python: number },
): Row {
  const words = args.map(String);
  const peer = (name: string, file: string, ...more: string[]): Peer => ({
    name,
    source: new URL(file, import.meta.url),
    args: [...words, ...more],
  });
  const c = limits.c === undefined ? [] : [
    { ...peer("C, threads", "peer.c", "threads"), limit: limits.c },
    { ...peer("C, one thread", "peer.c"), limit: limits.c },
  ];
  return {
    name,
    figure: nanoseconds,
    work,
    rounds: 41,
    ours: peer("@libc/socket", "ours.ts"),
    peers: [...c, { ...peer("CPython", "peer.py"), limit: limits.python }],
  };
}

/** The rows. */
export const rows: Row[] = [
  row("socketpair: send and recv_into of 64 B", 20_000, [64, 0], {
    c: 1.1,
    python: 0.85,
  }),
  row("socketpair: sendall and recv_into of 64 KiB", 3_000, [65536, 0], {
    c: 1.05,
    python: 1,
  }),
  row("socketpair: send and recv(4096) of 64 B", 20_000, [64, 4096], {
    python: 1,
  }),
  row("socketpair: send and recv(65536) of 64 B", 20_000, [64, 65536], {
    python: 1,
  }),
  row("socketpair: send and recv(1 MiB) of 100 B", 5_000, [100, 0x100000], {
    python: 1,
  }),
];
