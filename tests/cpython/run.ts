/**
 * CPython's own tests, with every socket call carried out by this library.
 *
 * Usage: `deno task test:cpython [--python=3.13] [suite or test ...]`
 *
 * A test counts if CPython's own sockets pass it on this machine, and what the library does not pass
 * of those fails the run, unless `expected.ts` says why.
 */

import { parseArgs } from "@std/cli/parse-args";
import { differences, notApplicable, suites } from "./expected.ts";

const SECONDS_A_SUITE = 300;
const VERSIONS = ["3.11", "3.13"];
const AT_A_TIME = 2;

interface Outcome {
  readonly outcome: "passed" | "failed" | "skipped";
  readonly text: string;
}

type Outcomes = Map<string, Outcome>;
type Sockets = "library" | "cpython";

/** An interpreter of a version that has CPython's tests, or why there is none. */
async function interpreter(version: string): Promise<string | Error> {
  const folder = `${
    Deno.env.get("PYENV_ROOT") ?? `${Deno.env.get("HOME")}/.pyenv`
  }/versions`;
  const candidates = [`python${version}`];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.startsWith(`${version}.`)) {
        candidates.push(`${folder}/${name}/bin/python3`);
      }
    }
  } catch {
    // There is no pyenv.
  }
  let reason = `there is no Python ${version}`;
  for (const candidate of candidates) {
    const found = await answer(candidate, "import sys; print(sys.executable)");
    if (found === undefined) continue;
    if (await answer(found, "import test.support") !== undefined) return found;
    reason = `${found} has no package "test"`;
  }
  return new Error(reason);
}

/** What a line of Python prints; `undefined` if it fails. */
async function answer(
  python: string,
  code: string,
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(python, {
      args: ["-c", code],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

const here = (name: string): string =>
  new URL(import.meta.resolve(name)).pathname;

/** Runs tests. One that hangs or ends the process fails, and the rest are run without it. */
async function run(
  python: string,
  sockets: Sockets,
  names: string[],
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const deadline = AbortSignal.timeout(SECONDS_A_SUITE * 1000);
  while (names.length > 0) {
    const program = await runOnce(python, sockets, names, deadline);
    program.outcomes.forEach((outcome, test) => outcomes.set(test, outcome));
    const rest = program.tests.filter((test) => !outcomes.has(test));
    const stopped = deadline.aborted ? rest : rest.slice(0, 1);
    for (const test of stopped) {
      const text = `it hung or ended the process:\n${program.output}`;
      outcomes.set(test, { outcome: "failed", text });
    }
    names = rest.slice(stopped.length);
  }
  return outcomes;
}

/** What a run of the program said. */
interface Said {
  /** All the tests that it was to run. */
  tests: string[];
  outcomes: Outcomes;
  output: string;
}

async function runOnce(
  python: string,
  sockets: Sockets,
  names: string[],
  signal: AbortSignal,
): Promise<Said> {
  const folder = await Deno.makeTempDir();
  const cwd = `${folder}/cwd`;
  await Deno.mkdir(cwd);
  const excluded = JSON.stringify(Object.keys(notApplicable));
  await Deno.writeTextFile(`${folder}/excluded`, excluded);
  const args = [python, here("./program.py"), sockets, folder, ...names];
  if (sockets === "library") {
    args.unshift(Deno.execPath(), "run", "--allow-all", here("./host.ts"));
  }
  const { stderr } = await new Deno.Command(args[0], {
    args: args.slice(1),
    cwd,
    env: { NO_COLOR: "1", TMPDIR: cwd },
    signal,
  }).output();
  const lines = await Deno.readTextFile(`${folder}/outcomes`).catch(() => "");
  const output = await Deno.readTextFile(`${folder}/output`).catch(() => "") +
    new TextDecoder().decode(stderr);
  await Deno.remove(folder, { recursive: true });
  let tests: string[] | undefined;
  const outcomes: Outcomes = new Map();
  for (const line of lines.split("\n").slice(0, -1)) {
    const said = JSON.parse(line);
    if (said.tests) tests = said.tests;
    if (said.wrong_constants) outcomes.set("constants", failed(line));
    if (said.test) outcomes.set(said.test, said);
  }
  if (tests === undefined) throw new Error(output);
  return { tests, outcomes, output: output.slice(-4000) };
}

function failed(text: string): Outcome {
  return { outcome: "failed", text };
}

/** What can be run again by name: of a class or module that failed as a whole, that. */
function nameOf(test: string): string {
  return /\((.*)\)/.exec(test)?.[1] ?? test;
}

function among(
  outcomes: Outcomes,
  ...wanted: Outcome["outcome"][]
): string[] {
  return [...outcomes.keys()].filter((test) =>
    wanted.includes(outcomes.get(test)!.outcome)
  );
}

interface Verdict {
  readonly passed: number;
  /** What CPython's own sockets pass and the library does not. */
  readonly lost: Outcomes;
  /** What the library passed only when run once more. */
  readonly again: string[];
}

/** Runs a suite with the library, and with CPython's own sockets what it did not pass. */
async function judge(python: string, suite: string): Promise<Verdict> {
  const first = await run(python, "library", [suite]);
  const suspects = among(first, "failed", "skipped");
  const proper = await run(python, "cpython", suspects.map(nameOf));
  const passing = new Set(among(proper, "passed"));
  const can = (test: string) =>
    passing.has(test) || test === "constants" ||
    test !== nameOf(test) &&
      passing.values().some((each) => each.startsWith(`${nameOf(test)}.`));
  const lost = suspects.filter(can);
  const second = await run(python, "library", lost.map(nameOf));
  const again = lost.filter((test) => second.get(test)?.outcome === "passed");
  return {
    passed: among(first, "passed").length + again.length,
    lost: new Map(
      lost.filter((test) => !again.includes(test))
        .map((test) => [test, first.get(test)!]),
    ),
    again,
  };
}

/** Judges a suite and prints what came of it; whether that was as expected. */
async function report(
  version: string,
  python: string,
  suite: string,
): Promise<boolean> {
  const start = performance.now();
  const { passed, lost, again } = await judge(python, suite);
  const expected = lost.keys().filter((test) => test in differences).toArray();
  const seconds = Math.round((performance.now() - start) / 1000);
  const lines = [
    `${version} ${suite}: ${passed}/${passed + lost.size} (${seconds} s)`,
    ...again.map((test) => `  at the second try: ${test}`),
    ...expected.map((test) => `  expected: ${test}: ${differences[test]}`),
  ];
  for (const [test, { outcome, text }] of lost) {
    if (expected.includes(test)) continue;
    lines.push(`  ${outcome}: ${test}`, text.trim().replaceAll(/^/gm, "    "));
  }
  console.log(lines.join("\n"));
  return lost.size === expected.length;
}

function complain(error: Error): false {
  console.log(error);
  return false;
}

/** The suites that an interpreter has. */
async function present(python: string, names: string[]): Promise<string[]> {
  const list = await answer(
    python,
    `from importlib.util import find_spec
for name in ${JSON.stringify(names)}:
    if find_spec("test." + name): print("test." + name)`,
  );
  return list?.split("\n").filter(Boolean) ?? [];
}

const { python = VERSIONS, _: named } = parseArgs(Deno.args, {
  string: ["python"],
});
const jobs: (() => Promise<boolean>)[] = [];
for (const version of [python].flat()) {
  const found = await interpreter(version);
  if (found instanceof Error) {
    console.log(`${version}: skipped, ${found.message}`);
    continue;
  }
  const wanted: string[] = named.length > 0
    ? named.map((name: string) => `test.${name}`)
    : await present(found, suites);
  jobs.push(...wanted.map((suite) => () => report(version, found, suite)));
}
let good = true;
await Promise.all(
  Array.from({ length: AT_A_TIME }, async () => {
    for (let job; (job = jobs.shift()) !== undefined;) {
      good = await job().catch(complain) && good;
    }
  }),
);
Deno.exit(good ? 0 : 1);
