/** `deno bundle`. */

import { text } from "./bytes.ts";
import { temporaryFolder } from "./files.ts";
import { need } from "./requires.ts";

/**
 * Bundles a module into one file.
 *
 * @returns what went wrong, or an empty string
 */
export function bundle(
  path: string,
  output: string,
  flags: readonly string[] = [],
): string {
  const { success, stderr } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--no-remote", "--no-npm", "--no-lock", ...flags],
      ...["--output", output, path],
    ],
    env: { NO_COLOR: "1" },
  }).outputSync();
  return success ? "" : text(stderr);
}

// Deno downloads its bundler at first use.
using empty = temporaryFolder();
Deno.writeTextFileSync(`${empty.path}/empty.ts`, "");

/** Whether Deno has its bundler, or can download it. */
export const bundler = need(
  "the bundler of deno bundle",
  bundle(`${empty.path}/empty.ts`, `${empty.path}/empty.js`) === "",
);
