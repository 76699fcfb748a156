/** What a part of the stress run is, and how it repeats what failed. */

import { Random } from "./random.ts";

/** What a part gets. */
export interface PartOptions {
  /** Where its random values come from. All that it does at random must. */
  readonly random: Random;
  /** How long it may take. What is begun may be finished. */
  readonly seconds: number;
  /** Prints a line: counts, and what was left out. */
  readonly log: (line: string) => void;
}

/** The module of a part. */
export interface Part {
  /** Runs it. A failure throws. */
  run(options: PartOptions): Promise<void>;
}

/** How the line begins by which a part reports the seed of a round to `run.ts`. */
export const SEED_LINE = "seed of the round: ";

/** The line that says that a part came to its end. A process may also end early, without failing. */
export const END_LINE = "the part came to its end";

/**
 * Runs rounds until the time is over or one returns false, at least one. Each has a seed of its own, the next number, so
 * that a run that begins with the seed of the round that failed fails in its first round. The seed
 * is reported before the round, as the round may crash or hang.
 *
 * @returns how many rounds there were
 */
export async function rounds(
  { random, seconds }: Pick<PartOptions, "random" | "seconds">,
  round: (random: Random) => unknown,
): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  do {
    const seed = (random.seed + count++) % 2 ** 32;
    console.log(SEED_LINE + seed);
    if (await round(new Random(seed)) === false) break;
  } while (performance.now() < end);
  return count;
}
