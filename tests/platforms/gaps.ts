/**
 * Loaded before the tests where an emulator stands for a platform: a test that meets what the emulator
 * lacks is skipped by its name, with the reason. Which entries of the table named a test is written
 * down, so that the whole run can tell of those that named none.
 */

import { qemuGaps } from "./qemu_gaps.ts";
import { wineGaps } from "./wine_gaps.ts";

const tables: Record<string, Readonly<Record<string, string>>> = {
  qemu: qemuGaps,
  wine: wineGaps,
};

const emulator = Deno.env.get("SOCKET_TEST_EMULATOR")!;
const record = Deno.env.get("SOCKET_TEST_GAPS");
const gaps = tables[emulator];
const test = Deno.test;
const root = new URL("../../", import.meta.url).href;

/** A test's name in the tables: a documentation's example has its file's, as its lines may move. */
function named(name: string): string {
  return name.startsWith(root)
    ? `the example in ${name.slice(root.length).replace(/#.*/, "")}`
    : name;
}

type Options = Partial<Deno.TestDefinition>;

/** `Deno.test` in every of its forms: a name, options and a function, of which some are left out. */
function define(...args: (string | Options | Deno.TestDefinition["fn"])[]) {
  const given = args.find((arg) => typeof arg === "string");
  const body = args.find((arg) => typeof arg === "function");
  const options = args.find((arg) => typeof arg === "object");
  const fn = body ?? options!.fn!;
  const name = given ?? options?.name ?? fn.name;
  const known = named(name);
  const reason = Object.hasOwn(gaps, known) ? gaps[known] : undefined;
  if (reason === undefined) return test({ ...options, name, fn });
  if (record !== undefined) {
    Deno.writeTextFileSync(record, `${known}\n`, { append: true });
  }
  const skipped = `${name} (${emulator}: ${reason})`;
  test({ ...options, name: skipped, fn, ignore: true });
}

/** Of tests that run tests: those meet the same gaps. */
class Command extends Deno.Command {
  constructor(command: string | URL, options: Deno.CommandOptions = {}) {
    const [first, ...args] = options.args ?? [];
    const tests = command === Deno.execPath() && first === "test";
    const preload = `--preload=${import.meta.url}`;
    super(
      command,
      tests ? { ...options, args: [first, preload, ...args] } : options,
    );
  }
}

Object.assign(Deno, { test: Object.assign(define, test), Command });
