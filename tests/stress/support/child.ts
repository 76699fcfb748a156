/** Runs one part, in the process that `run.ts` starts for it. */

import type { Part } from "./part.ts";
import { Random } from "./random.ts";

const [name, seed, seconds] = Deno.args;

try {
  const part: Part = await import(`../parts/${name}.ts`);
  await part.run({
    random: new Random(Number(seed)),
    seconds: Number(seconds),
    log: (line) => console.log(`${name}: ${line}`),
  });
  // What the part left pending may not keep the process from ending.
  Deno.exit(0);
} catch (error) {
  console.error(error);
  Deno.exit(1);
}
