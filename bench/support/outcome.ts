/** The outcome of a row: figures, comparisons, and whether the goals were reached. */

import type { Results, Row } from "./measure.ts";

/** The first quartile, the median and the third quartile. */
export type Quartiles = readonly [low: number, median: number, high: number];

/** The comparison of ours with a peer. */
export interface Comparison {
  /** The peer's name. */
  readonly peer: string;
  /** Why there is no comparison. */
  readonly skipped?: string;
  /** The peer's figures. */
  readonly figure?: Quartiles;
  /** Ours divided by the peer's, or ours minus the peer's, round by round. */
  readonly compared?: Quartiles;
  /** The goal for that. */
  readonly limit?: number;
  /** Whether the median reaches the goal. */
  readonly reached?: boolean;
}

/** The outcome of a row. */
export interface Outcome {
  /** The row's name. */
  readonly name: string;
  /** The unit of its figures. */
  readonly unit: string;
  /** Whether lower or higher figures are better. */
  readonly better: "lower" | "higher";
  /** How ours is compared with each peer. */
  readonly comparison: "ratio" | "difference";
  /** The number of rounds. */
  readonly rounds: number;
  /** Why the row was skipped. */
  readonly skipped?: string;
  /** Our figures. */
  readonly figure?: Quartiles;
  /** The goal for them. */
  readonly limit?: number;
  /** Whether the median reaches the goal. */
  readonly reached?: boolean;
  /** The comparisons with each peer. */
  readonly comparisons: readonly Comparison[];
}

/** Compares the contestants' figures, and checks them against the row's goals. */
export function judge(row: Row, results: Results): Outcome {
  const { name, rounds, comparison = "ratio", limit } = row;
  const { unit, better } = row.figure;
  const outcome = { name, unit, better, comparison, rounds };
  const ours = results.get(row.ours.name)!;
  if (typeof ours === "string") {
    return { ...outcome, skipped: ours, comparisons: [] };
  }
  const verdict = (
    [, median]: Quartiles,
    limit: number | undefined,
  ): { limit?: number; reached?: boolean } => {
    if (limit === undefined) return {};
    const reached = better === "lower" ? median <= limit : median >= limit;
    return { limit, reached };
  };
  const figure = quartiles(ours);
  return {
    ...outcome,
    figure,
    ...verdict(figure, limit),
    comparisons: row.peers.map(({ name, limit }) => {
      const theirs = results.get(name)!;
      if (typeof theirs === "string") return { peer: name, skipped: theirs };
      const compared = quartiles(
        ours.map((figure, i) =>
          comparison === "ratio" ? figure / theirs[i] : figure - theirs[i]
        ),
      );
      return {
        peer: name,
        figure: quartiles(theirs),
        compared,
        ...verdict(compared, limit),
      };
    }),
  };
}

function quartiles(figures: readonly number[]): Quartiles {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    Number(sorted[Math.round((sorted.length - 1) * part)].toPrecision(5));
  return [at(0.25), at(0.5), at(0.75)];
}

/** Formats a row's lines of the table. */
export function lines(outcome: Outcome): string[] {
  const { comparison, unit, better, figure } = outcome;
  if (figure === undefined) return [`skipped: ${outcome.skipped}`];
  const goal = (judged: { limit?: number; reached?: boolean }): string => {
    if (judged.limit === undefined) return "";
    const bound = better === "lower" ? "at most" : "at least";
    return `  ${bound} ${judged.limit}: ${
      judged.reached ? "reached" : "MISSED"
    }`;
  };
  const own = (name: string, [, median]: Quartiles): string =>
    `${name.padEnd(20)} ${shown(median).padStart(9)} ${unit.padEnd(5)}`;
  return [
    own("@libc/socket", figure) + goal(outcome),
    ...outcome.comparisons.map((peer) => {
      if (peer.compared === undefined) {
        return `${peer.peer.padEnd(20)} skipped: ${peer.skipped}`;
      }
      const [low, median, high] = peer.compared.map((value) =>
        comparison === "ratio" ? value.toFixed(3) : shown(value)
      );
      const relation = comparison === "ratio"
        ? `ours is ${median} times that`
        : `ours is that and ${median} ${unit}`;
      return `${own(peer.peer, peer.figure!)} ${relation} (${low} to ${high})${
        goal(peer)
      }`;
    }),
  ];
}

function shown(value: number): string {
  return Math.abs(value) < 100 ? value.toFixed(2) : value.toFixed(0);
}
