/** The time and memory that importing `mod.ts` adds to an empty program, with Deno's cache warm. */

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

function row(
  what: "time" | "memory",
  figure: Figure,
  rounds: number,
  limit?: number,
): Row {
  const contestant = (name: string, module: string): Contestant => ({
    name,
    source: new URL("start.ts", import.meta.url),
    args: [what, new URL(module, import.meta.url).pathname],
  });
  return {
    name: `import: ${what} for mod.ts`,
    figure,
    work: 1,
    rounds,
    comparison: "difference",
    ours: contestant("@libc/socket", "ours.ts"),
    peers: [{ ...contestant("an empty module", "empty.ts"), limit }],
  };
}

/** The rows. */
export const rows: Row[] = [
  row("time", milliseconds, 31, 25),
  row("memory", reported("MiB"), 7),
];
