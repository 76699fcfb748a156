/**
 * Random sequences of operations on a graph of sockets, blocking and awaiting, against a model of
 * it. What fails is shrunk to a short sequence that still fails.
 */

import { type Choice, operations } from "../model/operations.ts";
import { World } from "../model/world.ts";
import { type PartOptions, rounds } from "../support/part.ts";
import type { Random } from "../support/random.ts";
import { shrink } from "../support/shrink.ts";

type Step = readonly [name: string, choice: Choice];

/** How often each operation is chosen, those not named: once. */
const weights: Record<string, number> = {
  connect: 3,
  accept: 4,
  send: 8,
  receive: 8,
  close: 2,
  abort: 2,
};
const names = Object.keys(operations).flatMap((name) =>
  Array<string>(weights[name] ?? 1).fill(name)
);

/** How long a sequence is, and how long shrinking one may take. */
const STEPS = 60;
const SHRINKING = 60;

/** How long what must happen may take, in milliseconds, at first and while shrinking. */
const PATIENCE = 20_000;
const SHORT_PATIENCE = 1000;

const sequenceOf = (random: Random): Step[] =>
  Array.from({ length: 1 + random.below(STEPS) }, () => [
    random.pick(names),
    [random.below(0x10000), random.below(0x10000), random.below(0x10000)],
  ]);

/** Runs a sequence. */
async function perform(
  steps: readonly Step[],
  patience: number,
): Promise<void> {
  const world = new World(patience);
  try {
    await world.check();
    for (const [name, choice] of steps) {
      await operations[name](world, choice);
      await world.check();
    }
  } finally {
    const { nodes } = world;
    while (nodes.length > 0) {
      const node = nodes[0];
      world.remove(node);
      world.release(node.of);
      node.socket?.close();
    }
  }
  await world.check();
}

/** The error of a sequence, if it fails. */
const errorOf = (
  steps: readonly Step[],
  patience = SHORT_PATIENCE,
): Promise<unknown> =>
  perform(steps, patience).then(() => undefined, (error) => error);

/** Runs the part. */
export async function run(
  { random, seconds, log }: PartOptions,
): Promise<void> {
  let count = 0;
  const sequences = await rounds({ random, seconds }, async (random) => {
    const steps = sequenceOf(random);
    count += steps.length;
    const error = await errorOf(steps, PATIENCE);
    if (error === undefined) return;
    const short = await shrink(
      steps,
      async (less) => await errorOf(less) !== undefined,
      SHRINKING,
    );
    throw new Error(
      `this fails:\n${
        short.map(([name, choice]) => `  ${name} ${choice.join(" ")}`)
          .join("\n")
      }`,
      { cause: await errorOf(short) ?? error },
    );
  });
  log(`${sequences} sequences of ${count} operations`);
}
