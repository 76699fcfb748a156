/** Command-line arguments of the examples. */

/** Prints how a program is used, and ends it with status 2. */
export function usage(line: string): never {
  console.error(`usage: deno run --allow-ffi examples/${line}`);
  Deno.exit(2);
}

/** The port in an argument; ends the program if it is none. */
export function portArgument(line: string, text: string): number {
  const port = Number(text);
  return /^\d+$/.test(text) && port <= 65535 ? port : usage(line);
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
