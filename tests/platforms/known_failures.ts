/**
 * Preloaded where an emulator runs the tests: a test that fails because of the emulator is skipped,
 * and its name says why. SOCKET_TEST_EMULATOR names the emulator. The entries that named a test go
 * to the file SOCKET_TEST_KNOWN_FAILURES, so that the whole run can report entries that named none.
 */

import { qemuFailures } from "./qemu_failures.ts";
import { wineFailures } from "./wine_failures.ts";

const tables: Record<string, Readonly<Record<string, string>>> = {
  qemu: qemuFailures,
  wine: wineFailures,
};

const emulator = Deno.env.get("SOCKET_TEST_EMULATOR")!;
const record = Deno.env.get("SOCKET_TEST_KNOWN_FAILURES");
const failures = tables[emulator];
const test = Deno.test;
const root = new URL("../../", import.meta.url).href;

/** A test's name in the tables. An example in a docstring goes by its file, as lines move. */
function named(name: string): string {
  return name.startsWith(root)
    ? `the example in ${name.slice(root.length).replace(/#.*/, "")}`
    : name;
}

type Options = Partial<Deno.TestDefinition>;

/** `Deno.test` in all its forms: any of a name, options and a function. */
function define(...args: (string | Options | Deno.TestDefinition["fn"])[]) {
  const given = args.find((arg) => typeof arg === "string");
  const body = args.find((arg) => typeof arg === "function");
  const options = args.find((arg) => typeof arg === "object");
  const fn = body ?? options!.fn!;
  const name = given ?? options?.name ?? fn.name;
  const known = named(name);
  const reason = Object.hasOwn(failures, known) ? failures[known] : undefined;
  if (reason === undefined) return test({ ...options, name, fn });
  if (record !== undefined) {
    Deno.writeTextFileSync(record, `${known}\n`, { append: true });
  }
  const skipped = `${name} (${emulator}: ${reason})`;
  test({ ...options, name: skipped, fn, ignore: true });
}

/** For tests that run tests: those have the same known failures. */
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
