/** How a row is measured: contestants in turn, compared round by round. */

import { Program, type Source, Unavailable } from "./program.ts";

/** A program that does a row's work. */
export interface Contestant extends Source {
  /** What the table calls it. */
  readonly name: string;
  /**
   * What runs beside it: it prints the port it listens on. The contestant gets that port as an
   * argument, and the process's number as another.
   */
  readonly server?: Source;
}

/** One that ours is compared with. */
export interface Peer extends Contestant {
  /** What is to be reached of the comparison: at most or at least this, as the figure goes. */
  readonly limit?: number;
}

/** What the figures of a row are. */
export interface Figure {
  /** Their unit. */
  readonly unit: string;
  /** Which is better. */
  readonly better: "lower" | "higher";
  /** Makes the figure of what a contestant reports for a round. */
  of(reported: number, work: number): number;
}

/** The time of one operation. */
export const nanoseconds: Figure = {
  unit: "ns",
  better: "lower",
  of: (ns, work) => ns / work,
};

/** The same for longer ones. */
export const microseconds: Figure = {
  unit: "µs",
  better: "lower",
  of: (ns, work) => ns / work / 1e3,
};

/** How many operations in a second. */
export const perSecond: Figure = {
  unit: "/s",
  better: "higher",
  of: (ns, work) => work / (ns / 1e9),
};

/** How many MiB in a second, where the work is counted in MiB. */
export const mebibytesPerSecond: Figure = { ...perSecond, unit: "MiB/s" };

/** What a contestant reports, as it is: less is better. */
export function reported(unit: string): Figure {
  return { unit, better: "lower", of: (figure) => figure };
}

/** One row of the table: the same work, by this library and by its peers. */
export interface Row {
  /** What is done. */
  readonly name: string;
  /** What is measured of it. */
  readonly figure: Figure;
  /** How much work a round is. */
  readonly work: number;
  /** How many rounds count. */
  readonly rounds: number;
  /** Whether each round is the first of new processes. */
  readonly fresh?: boolean;
  /** How ours is compared with each peer: ours divided by theirs if left out. */
  readonly comparison?: "ratio" | "difference";
  /** This library's program. */
  readonly ours: Contestant;
  /** What is to be reached of our own figure. */
  readonly limit?: number;
  /** The others'. */
  readonly peers: readonly Peer[];
  /** Makes what the contestants need. */
  prepare?(): Promise<void>;
}

// How long each contestant does rounds that do not count: V8 has its best code for a call through FFI
// only after thousands of them, and what runs for long is what is compared.
const WARM_UP_MS = 1000;

/** What each contestant reported, round by round; a peer that cannot run here says why. */
export type Results = ReadonlyMap<string, number[] | string>;

/** Measures a row. */
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
      // The first place goes round, lest one always follows the same other.
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

/** A contestant that runs, and what runs beside it. */
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
