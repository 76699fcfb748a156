/** A server that answers 64 bytes on many connections; the client, in C, is the same for all. */

import {
  type Contestant,
  type Figure,
  perSecond,
  reported,
  type Row,
} from "../support/measure.ts";

/** What a row measures: the rate, the longest waits, or the processor's time for a request. */
type What = "rate" | "wait" | "cpu";

const figures: Readonly<Record<What, Figure>> = {
  rate: perSecond,
  wait: reported("µs"),
  cpu: reported("µs"),
};

const titles: Readonly<Record<What, string>> = {
  rate: "request and response of 64 B",
  wait: "the longest wait of 99 % of requests",
  cpu: "the processor's time for a request of 64 B",
};

/** Makes the contestants of a row; an answer of 0 bytes is an echo. */
function contestants(connections: number, what: What, answer: number) {
  return (name: string, server: string, ...args: string[]): Contestant => ({
    name,
    source: new URL("load.c", import.meta.url),
    args: [String(connections), what, String(answer || 64)],
    server: {
      source: new URL(server, import.meta.url),
      args: answer === 0 ? args : [...args, String(answer)],
    },
  });
}

/** A row of awaiting sockets. */
function awaiting(connections: number, what: "rate" | "wait"): Row {
  const contestant = contestants(connections, what, 0);
  const rate = what === "rate";
  return {
    name: rate
      ? `async: ${titles.rate}, ${connections} connections`
      : `async: ${titles.wait}, ${connections} connections`,
    figure: figures[what],
    work: 15_000,
    rounds: rate ? 61 : 21,
    ours: contestant("@libc/socket", "ours.ts"),
    peers: [
      { ...contestant("C epoll", "peer.c"), limit: rate ? 0.75 : undefined },
      {
        ...contestant("Deno.listen", "deno.ts"),
        limit: rate ? 1.25 : undefined,
      },
      { ...contestant("node:net", "node.mjs"), limit: rate ? 1.4 : undefined },
    ],
  };
}

/** A row of sockets that call handlers; `limits` are the goals, by the peers' names. */
function handlers(
  connections: number,
  what: What,
  limits: Readonly<Record<string, number>> = {},
  answer = 0,
): Row {
  const contestant = contestants(connections, what, answer);
  const size = answer === 0 ? "" : `, answers of ${answer / 1024} KiB`;
  const programs: readonly [string, string, ...string[]][] = [
    ["C epoll", "peer.c"],
    ["C io_uring", "uring.c"],
    ["handlers, poller", "handlers.ts", "poller"],
    ["awaiting", "ours.ts"],
    ["Deno.listen", "deno.ts"],
    ["node:net", "node.mjs"],
    ["Bun.listen", "bun.mjs"],
  ];
  return {
    name: `handlers: ${titles[what]}${size}, ${connections} connections`,
    figure: figures[what],
    work: 15_000,
    rounds: 21,
    ours: contestant("handlers", "handlers.ts", "best"),
    peers: programs.map(([name, ...program]) => ({
      ...contestant(name, ...program),
      limit: limits[name],
    })),
  };
}

/** The row of awaiting sockets beside Deno's by the processor's time. */
function awaitingTime(connections: number, limit: number): Row {
  const contestant = contestants(connections, "cpu", 0);
  return {
    name: `async: ${titles.cpu}, ${connections} connections`,
    figure: figures.cpu,
    work: 15_000,
    rounds: 21,
    ours: contestant("@libc/socket", "ours.ts"),
    peers: [
      contestant("C epoll", "peer.c"),
      { ...contestant("Deno.listen", "deno.ts"), limit },
      contestant("node:net", "node.mjs"),
    ],
  };
}

/** The rows. */
export const rows: Row[] = [
  awaiting(64, "rate"),
  awaiting(1000, "rate"),
  awaiting(64, "wait"),
  awaiting(1000, "wait"),
  awaitingTime(64, 0.8),
  awaitingTime(1000, 0.75),
  handlers(1, "cpu"),
  handlers(64, "cpu", { "C epoll": 0.8 }),
  handlers(1000, "cpu", { "C epoll": 0.95 }),
  handlers(10_000, "cpu"),
  handlers(64, "cpu", { "Deno.listen": 0.95 }, 16_384),
  handlers(1000, "cpu", {}, 16_384),
  handlers(64, "rate"),
  handlers(1000, "rate"),
  handlers(64, "wait", { "C epoll": 1.2 }),
  handlers(1000, "wait", { "C epoll": 1.2 }),
];
