/** How the stress run ends a part that hangs. */

import { assertEquals } from "@std/assert";
import { canRun, need, needs, requires } from "../support/requires.ts";
import { Group } from "./support/group.ts";

/** Far longer than a test takes, in milliseconds. */
const LONG = 600_000;

/** A program that starts another one, which has the same standard output, and prints its id. */
const starting = (then: string, ...command: string[]) =>
  new Group([
    "eval",
    `const [command, ...args] = ${JSON.stringify(command)};
     new Deno.Command(command, { args }).spawn();
     ${then}`,
  ], ".");
const sleeping = ["sh", "-c", "echo $$; exec sleep 600"];

Deno.test({
  ...requires("a stress part is killed with what it has started", needs.posix),
  async fn() {
    const group = starting("setInterval(() => {}, 1000)", ...sleeping);
    // This waits for the end of the output, which both have.
    const { signal, isLate } = await group.end(LONG, () => group.kill(), LONG);
    assertEquals([signal, isLate], ["SIGKILL", false]);
  },
});

Deno.test("a stress part that takes too long is killed", async () => {
  const group = new Group(["eval", "setInterval(() => {}, 1000)"], ".");
  assertEquals((await group.end(1, () => {})).isLate, true);
});

Deno.test({
  ...requires("what a stress part leaves running is killed", needs.posix),
  async fn() {
    const group = starting("Deno.exit(3)", ...sleeping);
    const { code, isLate } = await group.end(LONG, () => {}, LONG);
    assertEquals([code, isLate], [3, false]);
  },
});

Deno.test({
  ...requires(
    "what has left the session of a stress part is not waited for",
    need("setsid", canRun("setsid", "true")),
  ),
  async fn() {
    const group = starting(
      "setInterval(() => {}, 1000)",
      "setsid",
      ...sleeping,
    );
    let pid = 0;
    const { signal } = await group.end(LONG, (line) => {
      pid = Number(line);
      group.kill();
    }, 1);
    assertEquals(signal, "SIGKILL");
    Deno.kill(pid, "SIGKILL"); // it is still there
  },
});
