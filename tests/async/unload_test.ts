/** What an isolate had open when it ends, while the process goes on. */

import { assertEquals, assertMatch } from "@std/assert";
import { text } from "../support/bytes.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { Peer } from "../support/peer.ts";
import { needs, requires } from "../support/requires.ts";
import { outcome } from "../support/async.ts";

const program = `import ${
  JSON.stringify(`file://${beside("programs/async/reloaded.ts")}`)
};`;

/** Checks what runs of `reloaded.ts` printed: each has the port of the first one. */
function check(lines: string[]): void {
  const runs = lines.map((line) => JSON.parse(line));
  const [{ port }, { opened }] = runs;
  assertEquals(
    runs.map((run, i) => i === 0 ? { ...run, opened } : run),
    runs.map((_, i) => ({ port, opened, detached: i === 0 ? "new" : "open" })),
  );
}

Deno.test({
  ...requires(
    "deno run --watch leaves nothing open but what was detached",
    needs.linux,
  ),
  async fn() {
    using folder = temporaryFolder();
    const main = `${folder.path}/main.ts`;
    Deno.writeTextFileSync(main, program);
    await using peer = Peer.start(Deno.execPath(), [
      "run",
      "--watch",
      "--no-check",
      "--allow-all",
      main,
      `${folder.path}/state`,
    ]);
    const lines: string[] = [];
    for (let run = 1; run < 5; run++) {
      const line = await peer.line();
      assertMatch(line, /port/);
      lines.push(line);
      Deno.writeTextFileSync(main, `${program} // ${run}`);
    }
    check(lines);
  },
});

Deno.test({
  ...requires(
    "the files of one deno test leave nothing to each other",
    needs.linux,
  ),
  async fn() {
    using folder = temporaryFolder();
    for (const name of ["a", "b", "c"]) {
      Deno.writeTextFileSync(
        `${folder.path}/${name}_test.ts`,
        `${program} Deno.test("nothing", () => {});`,
      );
    }
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--no-check",
        "--allow-all",
        folder.path,
        "--",
        `${folder.path}/state`,
      ],
      env: { NO_COLOR: "1", DENO_JOBS: "1" },
    }).output();
    const lines = text(stdout).split("\n").filter((line) => /^["{]/.test(line));
    assertEquals(lines.length, 3, text(stdout) + text(stderr));
    check(lines);
  },
});

const nothing = ["no descriptor is left", "free", "no thread is left"];
const everything = ["descriptors are left", "taken", "no thread is left"];

for (
  const [kind, way, left] of [
    ["web", "closes all, then close()", nothing],
    ["web", "close() at once after closing all", nothing],
    ["web", "Deno.exit()", nothing],
    ["web", "process.exit()", nothing],
    ["node", "close() at once after closing all", nothing],
    ["node", "process.exit()", nothing],
    ["node", "by itself", nothing],
    ["node", "an error", nothing],
    // No code of the Worker runs at its end. The documentation says so.
    ["web", "close()", everything],
    ["web", "an error", everything],
    ["web", "terminate()", everything],
    ["node", "terminate()", everything],
  ] as const
) {
  Deno.test({
    ...requires(
      `what a ${kind} Worker leaves that ends so: ${way}`,
      needs.linux,
    ),
    async fn() {
      const printed = await outcome("worker_ends.ts", { args: [kind, way] });
      assertEquals(printed.split("\n"), left);
    },
  });
}
