/** `interruptible()`: Ctrl-C ends each call that waits. */

import { assertEquals, assertMatch } from "@std/assert";
import { beside } from "../support/files.ts";
import { libraryPath } from "../support/library.ts";
import { Running } from "../support/program.ts";
import { isLinux, need, needs, requires } from "../support/requires.ts";

/** Whether the kernel tells what a thread waits for. */
const seesWaits = need(
  "/proc/PID/wchan",
  isLinux && (await Deno.readTextFile("/proc/thread-self/wchan").then(
    () => true,
    () => false,
  )),
);

const program = (name: string): string => beside(`programs/${name}`);

Deno.test({
  ...requires("Ctrl-C ends every call that waits", seesWaits),
  async fn() {
    await using running = new Running(
      "--allow-ffi",
      "--allow-read",
      program("interruptible.ts"),
    );
    let count = 0;
    for (;;) {
      const name = await running.line();
      if (name === "ends by itself") break;
      assertEquals(await running.line(), "begins");
      await running.blocked();
      running.interrupt();
      assertEquals(
        [name, JSON.parse(await running.line())],
        [name, ["finally", "using", "KeyboardInterrupt"]],
      );
      count++;
    }
    assertEquals(count, 30);
    assertEquals(await running.end(), { out: "", err: "", end: 0 });
  },
});

const ROUNDS = 50;

Deno.test({
  ...requires(
    `Ctrl-C is never lost, and no data is, ${ROUNDS} times under load`,
    needs.linux,
  ),
  async fn() {
    await using running = new Running(
      "--allow-ffi",
      "--allow-read",
      program("interrupted_under_load.ts"),
      String(ROUNDS),
    );
    for (let round = 0; round < ROUNDS; round++) {
      assertEquals(await running.line(), `round ${round}`);
      running.interrupt();
      assertEquals(
        await running.line(),
        round % 3 === 0 ? "idle" : "receiving",
      );
    }
    assertEquals(await running.end(), { out: "complete\n", err: "", end: 0 });
  },
});

/** What each case of programs/interrupted_end.ts prints, and how it ends. */
const ends: Record<string, [out: string[], end: Deno.Signal | number]> = {
  "uncaught": [["finally", "using", "unload"], "SIGINT"],
  "uncaught later": [["unload"], "SIGINT"],
  "caught": [["KeyboardInterrupt", "end", "unload"], 0],
  "prevented": [["KeyboardInterrupt", "unload"], 0],
  "cleanup that blocks": [[], "SIGINT"],
  "cleanup that does not end": [[], "SIGINT"],
  "afterwards": [[], "SIGINT"],
  "afterwards, with a listener": [["listener", "end", "unload"], 0],
  "nested": [Array(7).fill("KeyboardInterrupt"), "SIGINT"],
  "too late for a call": [
    ["no call", "using", "KeyboardInterrupt", "end", "unload"],
    0,
  ],
  "between two calls": [["KeyboardInterrupt", "1", "end", "unload"], 0],
};

for (const [name, [out, end]] of Object.entries(ends)) {
  Deno.test({
    ...requires(`Ctrl-C ends a program: ${name}`, needs.posix),
    async fn() {
      await using running = new Running(
        "--allow-ffi",
        program("interrupted_end.ts"),
        name,
      );
      const ended = await running.interruptAll();
      assertEquals([ended.out.split("\n"), ended.end], [
        out.length > 0 ? out : [""],
        end,
      ]);
      if (!name.startsWith("uncaught")) assertEquals(ended.err, "");
      else assertMatch(ended.err, /^error: Uncaught KeyboardInterrupt\n +at /);
    },
  });
}

Deno.test({
  ...requires(
    "what has been received is returned before Ctrl-C is thrown",
    seesWaits,
  ),
  async fn() {
    await using running = new Running(
      "--allow-ffi",
      program("interrupted_end.ts"),
      "a part of MSG_WAITALL",
    );
    assertEquals(await running.line(), "blocked");
    await running.blocked();
    running.interrupt();
    const { out } = await running.end();
    assertEquals(out, "4\nKeyboardInterrupt\nend\nunload\n");
  },
});

Deno.test({
  ...requires(
    "a second Ctrl-C ends a program that makes no call",
    needs.posix,
  ),
  async fn() {
    await using running = new Running(
      "--allow-ffi",
      program("interrupted_end.ts"),
      "no call of ours",
    );
    assertEquals(await running.line(), "blocked");
    running.interrupt();
    // More than the pipe holds: the program has gone on.
    for (let i = 0; i < 500; i++) await running.line();
    running.interrupt();
    const { end } = await running.end();
    assertEquals(end, "SIGINT");
  },
});

Deno.test({
  ...requires(
    "a second Ctrl-C ends a program that listens for it itself",
    needs.posix,
  ),
  async fn() {
    await using running = new Running(
      "--allow-ffi",
      program("interrupted_end.ts"),
      "a listener of its own",
    );
    const { out, end } = await running.interruptAll();
    assertEquals([out, end], ["", "SIGINT"]);
  },
});

Deno.test({
  ...requires(
    "interruptible() needs no permission beyond the C library's",
    need("the C library's path", libraryPath !== undefined),
    needs.posix,
  ),
  async fn() {
    for (const name of ["uncaught", "cleanup that blocks"]) {
      await using running = new Running(
        `--allow-ffi=${libraryPath}`,
        program("interrupted_end.ts"),
        name,
      );
      const { end } = await running.interruptAll();
      assertEquals(end, "SIGINT");
    }
  },
});

for (
  const [name, lines, status] of [
    ["caught", ["KeyboardInterrupt", "end", "unload"], 0],
    ["cleanup that blocks", [], -2],
  ] as const
) {
  Deno.test({
    ...requires(
      `the key Ctrl-C on a terminal: ${name}`,
      needs.posix,
      needs.python,
    ),
    async fn() {
      const { stdout } = await new Deno.Command("python3", {
        args: [
          program("terminal.py"),
          ...[Deno.execPath(), "run", "--allow-ffi"],
          ...[program("interrupted_end.ts"), name],
        ],
        env: { NO_COLOR: "1" },
      }).output();
      assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [
        lines,
        status,
      ]);
    },
  });
}
