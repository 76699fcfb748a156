/** Command-line arguments of the examples. */

import { parseArgs } from "node:util";

/** Prints how a program is used and ends it with status 2. */
export function usage(line: string, permissions = "--allow-ffi"): never {
  console.error(`usage: deno run ${permissions} examples/${line}`);
  Deno.exit(2);
}

/** The integer that an argument is, if it is within bounds. */
export function integerIn(
  text: string,
  min: number,
  max: number,
): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= min && value <= max ? value : undefined;
}

/** The port that an argument is; if it is not one, ends the program. */
export function portArgument(line: string, text: string): number {
  return integerIn(text, 0, 65535) ?? usage(line);
}

/** An optional host and an optional port. */
export function endpoint(
  line: string,
  defaultHost: string,
  defaultPort: number,
): [host: string, port: number] {
  const [host = defaultHost, port, ...rest] = Deno.args;
  if (rest.length > 0) usage(line);
  return [host, port === undefined ? defaultPort : portArgument(line, port)];
}

/**
 * Splits the command line into options and the other arguments. Each option takes a value and may
 * have a short name (`"c"`, or `""` for none). An unknown option calls `fail`.
 */
export function options<Name extends string>(
  names: Readonly<Record<Name, string>>,
  fail: () => never,
): [given: { readonly [name in Name]?: string }, rest: string[]] {
  const known = Object.entries<string>(names).map(([name, short]) => [
    name,
    { type: "string", ...short && { short } },
  ]);
  try {
    const { values, positionals } = parseArgs({
      args: Deno.args,
      options: Object.fromEntries(known),
      allowPositionals: true,
    });
    return [values as { [name in Name]?: string }, positionals];
  } catch (error) {
    if (error instanceof TypeError) fail();
    throw error;
  }
}
