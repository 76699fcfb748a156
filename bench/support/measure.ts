/** Measures a row: the contestants take turns, round by round. */

import { Program, type Source, Unavailable } from "./program.ts";

/** A program that does a row's work. */
export interface Contestant extends Source {
  /** Its name in the table. */
  readonly name: string;
  /**
   * A server to run beside it, which prints the port it listens on. The contestant gets that port
   * and the server's process ID as further arguments.
   */
  readonly server?: Source;
}

/** A contestant that ours is compared with. */
export interface Peer extends Contestant {
  /** The goal for the comparison: a maximum if lower figures are better, else a minimum. */
  readonly limit?: number;
}

/** How the figures of a row are made and compared. */
export interface Figure {
  /** Their unit. */
  readonly unit: string;
  /** Whether lower or higher figures are better. */
  readonly better: "lower" | "higher";
  /** Makes the figure from what a contestant reports for a round. */
  of(reported: number, work: number): number;
}

/** The time of an operation in nanoseconds. */
export const nanoseconds: Figure = {
  unit: "ns",
  better: "lower",
  of: (ns, work) => ns / work,
};

/** The time of an operation in microseconds. */
export const microseconds: Figure = {
  unit: "µs",
  better: "lower",
  of: (ns, work) => ns / work / 1e3,
};

/** Operations per second. */
export const perSecond: Figure = {
  unit: "/s",
  better: "higher",
  of: (ns, work) => work / (ns / 1e9),
};

/** MiB per second, for work counted in MiB. */
export const mebibytesPerSecond: Figure = { ...perSecond, unit: "MiB/s" };

/** The figure that a contestant reports, unchanged; lower is better. */
export function reported(unit: string): Figure {
  return { unit, better: "lower", of: (figure) => figure };
}

/** One row of the table: the same work, by this library and by its peers. */
export interface Row {
  /** Describes the work. */
  readonly name: string;
  /** What is measured. */
  readonly figure: Figure;
  /** The work of a round: operations, MiB or connections. */
  readonly work: number;
  /** The number of rounds that count. */
  readonly rounds: number;
  /** Whether each round runs in new processes, without warming up. */
  readonly fresh?: boolean;
  /** How ours is compared with each peer; `"ratio"` (ours divided by theirs) if left out. */
  readonly comparison?: "ratio" | "difference";
  /** This library's program. */
  readonly ours: Contestant;
  /** The goal for our own figure. */
  readonly limit?: number;
  /** The peers' programs. */
  readonly peers: readonly Peer[];
  /** Prepares what the contestants need. */
  prepare?(): Promise<void>;
}

// How long each contestant runs rounds that do not count. V8 compiles its best code for an FFI call
// only after thousands of calls, and the comparison is of programs that run for long.
const WARM_UP_MS = 1000;

/** The figures of each contestant by round, or why it cannot run here. */
export type Results = ReadonlyMap<string, number[] | string>;

/** Measures a row, and resolves to the figures by contestant. */
export async function measure(row: Row): Promise<Results> {
  await row.prepare?.();
  const results = new Map<string, number[] | string>();
  const running = new Map<Contestant, Entry>();
  try {
    for (const contestant of [row.ours, ...row.peers]) {
      try {
        running.set(contestant, await enter(contestant));
        results.set(contestant.name, []);
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        results.set(contestant.name, error.message);
      }
    }
    const contestants = [...running.keys()];
    if (!row.fresh) {
      for (const { program } of running.values()) {
        await warmUp(program, row.work);
      }
    }
    for (let round = 0; round < row.rounds; round++) {
      // The first place rotates, so that another contestant begins each round.
      for (let place = 0; place < contestants.length; place++) {
        const contestant = contestants[(round + place) % contestants.length];
        if (row.fresh && round > 0) {
          running.set(contestant, await enter(contestant));
        }
        const entry = running.get(contestant)!;
        const answer = await entry.program.ask(row.work);
        if (row.fresh) await leave(entry);
        (results.get(contestant.name) as number[]).push(
          row.figure.of(answer, row.work),
        );
      }
    }
  } finally {
    for (const entry of running.values()) await leave(entry);
  }
  return results;
}

async function warmUp(program: Program, work: number): Promise<void> {
  const end = performance.now() + WARM_UP_MS;
  do await program.ask(work); while (performance.now() < end);
}

/** A running contestant, and its server. */
interface Entry {
  readonly program: Program;
  readonly server?: Program;
}

async function enter(contestant: Contestant): Promise<Entry> {
  if (contestant.server === undefined) {
    return { program: await Program.start(contestant) };
  }
  const server = await Program.start(contestant.server);
  try {
    const port = await server.answer();
    const more = [String(port), String(server.pid)];
    return { program: await Program.start(contestant, ...more), server };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function leave({ program, server }: Entry): Promise<void> {
  await program.stop();
  await server?.stop();
}
