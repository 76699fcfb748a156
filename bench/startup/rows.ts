/**
 * The time and memory that programs take more than an empty one, with Deno's cache warm: importing
 * this library, its first socket, and whole programs.
 */

import {
  type Contestant,
  type Figure,
  reported,
  type Row,
} from "../support/measure.ts";

const milliseconds: Figure = {
  unit: "ms",
  better: "lower",
  of: (ns, work) => ns / work / 1e6,
};

function contestant(
  name: string,
  what: "time" | "memory",
  module: string,
): Contestant {
  return {
    name,
    source: new URL("start.ts", import.meta.url),
    args: [what, new URL(module, import.meta.url).pathname],
  };
}

/** A row. The first peer is an empty module; `limit` is the goal for what ours takes more. */
function row(
  name: string,
  what: "time" | "memory",
  module: string,
  peers: readonly (readonly [name: string, module: string])[] = [],
  limit?: number,
): Row {
  const [figure, rounds] = what === "time"
    ? [milliseconds, 31]
    : [reported("MiB"), 7];
  return {
    name,
    figure,
    work: 1,
    rounds,
    comparison: "difference",
    ours: contestant("@libc/socket", what, module),
    peers: [
      { ...contestant("an empty module", what, "empty.ts"), limit },
      ...peers.map(([name, module]) => contestant(name, what, module)),
    ],
  };
}

const echoes = [
  ["Deno.listen", "echo_deno.ts"],
  ["node:net", "echo_node.ts"],
] as const;

/** The rows. */
export const rows: Row[] = [
  row("import: time for mod.ts", "time", "ours.ts", [], 25),
  row("import: memory for mod.ts", "memory", "ours.ts"),
  row("import: time for * as socket", "time", "star.ts"),
  row("start: time to the first socket", "time", "first_socket.ts"),
  row("start: time of a blocking echo", "time", "echo.ts", echoes),
  row("start: time of an awaiting echo", "time", "echo_awaiting.ts", echoes),
  row(
    "start: memory of an awaiting echo",
    "memory",
    "echo_awaiting.ts",
    echoes,
  ),
];
