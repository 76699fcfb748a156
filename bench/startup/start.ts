/** Starts a module as a separate program, and reports the time it takes or the memory it uses. */

import { answers } from "../support/contestant.ts";

const [what, module] = Deno.args;
const command = new Deno.Command(Deno.execPath(), {
  args: ["run", "--quiet", "--no-check", "--no-lock", "--allow-all", module],
});

await answers((count) => {
  const began = performance.now();
  for (let i = 1; i < count; i++) command.outputSync();
  const { stdout } = command.outputSync();
  return what === "time"
    ? (performance.now() - began) * 1e6
    : Number(new TextDecoder().decode(stdout)) / 2 ** 20;
});
