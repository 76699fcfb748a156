/**
 * The time and memory that programs take more than an empty one, with Deno's cache warm: importing
 * this library, its first socket, and whole programs; from the sources and from a release.
 */

import { fileURLToPath } from "node:url";
import {
  type Contestant,
  type Figure,
  reported,
  type Row,
} from "../support/measure.ts";
import { cache } from "../support/program.ts";

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
    args: [what, fileURLToPath(new URL(module, import.meta.url))],
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

/** Where a release is, beside the programs that import it. */
const release = new URL("release/", cache);

let built: Promise<void> | undefined;

/** Builds a release of these sources, once. */
async function build(): Promise<void> {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--config", `${root}build/deno.json`],
      ...[`${root}build/main.ts`, fileURLToPath(release)],
    ],
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** A row of the same program on a release. The second peer is the program on the sources. */
function releaseRow(
  name: string,
  module: string,
  peers?: readonly (readonly [name: string, module: string])[],
): Row {
  const sources = ["from the sources", module] as const;
  const own = new URL(module, release);
  return {
    ...row(name, "time", own.href, [sources, ...peers ?? []]),
    async prepare(): Promise<void> {
      await (built ??= build());
      const program = await Deno.readTextFile(new URL(module, import.meta.url));
      await Deno.writeTextFile(
        own,
        program.replaceAll(/"\.\.\/\.\.\/(\w+)\.ts"/g, '"./$1.js"'),
      );
    },
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
  releaseRow("import: time for mod.ts of a release", "ours.ts"),
  releaseRow("start: time of a blocking echo of a release", "echo.ts", echoes),
  releaseRow(
    "start: time of an awaiting echo of a release",
    "echo_awaiting.ts",
    echoes,
  ),
  row(
    "start: memory of an awaiting echo",
    "memory",
    "echo_awaiting.ts",
    echoes,
  ),
];
