/** How a row is measured: contestants in turn, ratios round by round. */

import { compile, type Program, start } from "./program.ts";

/** A program that does a row's work. */
export interface Contestant {
  /** What the table calls it. */
  readonly name: string;
  /** Its source file: TypeScript for Deno, Python or C. */
  readonly source: URL;
  /** Its arguments. */
  readonly args?: readonly string[];
}

/** One row of the table: the same work, by this library and by its peers. */
export interface Row {
  /** What is done. */
  readonly name: string;
  /** What a contestant reports for a round. */
  readonly unit: string;
  /** How much work a round is. */
  readonly work: number;
  /** How many rounds count. */
  readonly rounds: number;
  /** This library's program. */
  readonly ours: Contestant;
  /** The others'. */
  readonly peers: readonly (Contestant & {
    /** The ratio that is to be reached: ours is at most this many times the peer's. */
    readonly atMost?: number;
  })[];
}

/** What each contestant reported, round by round; a peer that cannot run here says why. */
export type Results = ReadonlyMap<string, number[] | string>;

/** Measures a row. */
export async function measure(row: Row): Promise<Results> {
  const results = new Map<string, number[] | string>();
  const running: [Contestant, Program][] = [];
  try {
    for (const contestant of [row.ours, ...row.peers]) {
      const command = await compile(contestant.source);
      if (typeof command === "string") {
        results.set(contestant.name, command);
        continue;
      }
      running.push([contestant, start(command, contestant.args ?? [])]);
      results.set(contestant.name, []);
    }
    for (let round = -1; round < row.rounds; round++) {
      // The first place goes round, lest one always follows the same other.
      const order = running.map((_, i) =>
        running[(i + round + 1) % running.length]
      );
      for (const [{ name }, program] of order) {
        const figure = await program.round(row.work);
        if (round >= 0) (results.get(name) as number[]).push(figure); // the first round warms up
      }
    }
  } finally {
    for (const [, program] of running) await program.stop();
  }
  return results;
}

/** The quartiles of some figures. */
export function quartiles(
  figures: readonly number[],
): [number, number, number] {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    sorted[Math.round((sorted.length - 1) * part)];
  return [at(0.25), at(0.5), at(0.75)];
}

/** A row's table: a line for each peer. */
export function summary(row: Row, results: Results): string[] {
  const ours = results.get(row.ours.name) as number[];
  const own = quartiles(ours)[1].toFixed(0);
  return [
    `${row.ours.name.padEnd(14)} ${own.padStart(8)}`,
    ...row.peers.map(({ name, atMost }) => {
      const theirs = results.get(name)!;
      if (typeof theirs === "string") {
        return `${name.padEnd(14)} skipped: ${theirs}`;
      }
      const [low, middle, high] = quartiles(
        ours.map((figure, i) => figure / theirs[i]),
      );
      const judged = atMost === undefined
        ? ""
        : `, at most ${atMost}: ${middle <= atMost ? "reached" : "MISSED"}`;
      return `${name.padEnd(14)} ${
        quartiles(theirs)[1].toFixed(0).padStart(8)
      }  ours ${middle.toFixed(3)} times that (quartiles ${low.toFixed(3)} to ${
        high.toFixed(3)
      }${judged})`;
    }),
  ];
}
