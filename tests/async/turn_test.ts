/** Turns of the event loop: the first few come by messages, the others by `setImmediate`. */

import { assertEquals } from "@std/assert";
import { nextTurn } from "../../async/turn.ts";
import { Running } from "../support/program.ts";

Deno.test("a timer that is due runs within a few turns, however the turns come", async () => {
  for (let i = 0; i < 40; i++) {
    let isDue = false;
    setTimeout(() => isDue = true, 0);
    let turns = 0;
    const began = performance.now();
    while (!isDue && performance.now() - began < 10_000) {
      await nextTurn();
      turns++;
    }
    assertEquals({ isDue, some: turns > 0 }, { isDue: true, some: true });
  }
});

Deno.test("a program ends with its last turn", async () => {
  const { href } = new URL("../../async/turn.ts", import.meta.url);
  const program = `import { nextTurn } from ${JSON.stringify(href)};
    await nextTurn();
    console.log("turned");`;
  await using running = new Running(
    `data:text/typescript,${encodeURIComponent(program)}`,
  );
  assertEquals(await running.line(), "turned");
  assertEquals((await running.end()).end, 0);
});
