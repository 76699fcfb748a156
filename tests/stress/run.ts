/**
 * What is too long for the test task: hostile input, load and faults, for a bounded time. See
 * tests/README.md.
 *
 *     deno run -A tests/stress/run.ts [part...] [--seed N] [--seconds N] [--slice]
 *
 * Each part runs in a process of its own, so that a crash is seen. A failure prints the one line
 * that repeats it.
 */

import { parseArgs } from "@std/cli/parse-args";
import { beside, temporaryFolder } from "../support/files.ts";
import { parts } from "./parts.ts";
import { Group } from "./support/group.ts";
import { END_LINE, SEED_LINE } from "./support/part.ts";

/** How long all parts together may take in a slice. */
const SLICE = 60;
/** How much longer than their time all parts together may take, in seconds. */
const GRACE = 120;

const options = parseArgs(Deno.args, {
  string: ["seed", "seconds"],
  boolean: ["slice"],
  unknown(arg: string, key?: string) {
    if (key === undefined && String(arg) in parts) return true;
    console.error(
      `${arg}: the parts are ${Object.keys(parts).join(", ")}; the options ` +
        `--seed, --seconds (of each part) and --slice`,
    );
    Deno.exit(2);
  },
});
const names = options._.length > 0 ? options._.map(String) : Object.keys(parts);
const seed = number("seed") ?? Math.floor(Math.random() * 2 ** 32);
const all = names.reduce((sum: number, name: string) => sum + parts[name], 0);

/** The value of an option that is a number. */
function number(name: "seed" | "seconds"): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  console.error(`--${name} must be a number, not ${text}`);
  Deno.exit(2);
}

/** How many seconds a part may take. */
function secondsOf(name: string): number {
  const scale = options.slice ? Math.min(1, SLICE / all) : 1;
  return number("seconds") ?? Math.round(parts[name] * scale * 10) / 10;
}

/** The part that runs. */
let running: Group | undefined;
/** What is left of {@linkcode GRACE}. */
let grace = GRACE;

/** Runs a part, and returns whether it succeeded. */
async function runPart(name: string): Promise<boolean> {
  const seconds = secondsOf(name);
  console.log(`== ${name}: seed ${seed}, ${seconds} s`);
  const begun = performance.now();
  using folder = temporaryFolder(); // for Unix sockets of any name
  const group = running = new Group([
    "run",
    "--allow-all",
    "--v8-flags=--expose-gc",
    beside("stress/support/child.ts"),
    name,
    String(seed),
    String(seconds),
  ], folder.path);
  let failing = seed;
  let hasEnded = false;
  const { success, code, signal, isLate } = await group.end(
    (seconds + grace) * 1000,
    (line) => {
      if (line.startsWith(SEED_LINE)) {
        failing = Number(line.slice(SEED_LINE.length));
      } else if (line === END_LINE) hasEnded = true;
      else console.log(line);
    },
  );
  const took = (performance.now() - begun) / 1000;
  grace = Math.max(0, grace - Math.max(0, took - seconds));
  if (success && hasEnded) {
    console.log(`ok ${name} (${took.toFixed(1)} s)`);
    return true;
  }
  const how = isLate ? "did not end" : `ended with ${signal ?? code}`;
  console.log(
    `FAILED ${name}: ${how} (${took.toFixed(1)} s). This repeats it:\n` +
      `deno run -A tests/stress/run.ts ${name} --seed ${failing} --seconds ${seconds}`,
  );
  return false;
}

// A part leads a session of its own, so Ctrl-C does not reach it.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  if (signal === "SIGTERM" && Deno.build.os === "windows") continue;
  Deno.addSignalListener(signal, () => {
    running?.kill();
    Deno.exit(130);
  });
}

const failed: string[] = [];
const left = [...names];
while (left.length > 0 && grace > 0) {
  const name = left.shift()!;
  if (!await runPart(name)) failed.push(name);
}
if (left.length > 0) console.log(`no time is left for ${left.join(", ")}`);
if (failed.length > 0) console.log(`${failed.join(", ")} failed`);
Deno.exit(failed.length + left.length > 0 ? 1 : 0);
