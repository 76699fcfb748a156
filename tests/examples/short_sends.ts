/** Programs of which the system takes little at a time. */

import { beside } from "../support/files.ts";
import { Program } from "./programs.ts";

/** Starts an example; each of its `send()` calls sends at most five bytes. */
export const shortSends = (name: string, args: readonly string[]): Program =>
  new Program([
    Deno.execPath(),
    "run",
    "--no-prompt",
    "--allow-ffi",
    "--preload",
    beside("programs/short_sends.ts"),
    beside(`../examples/${name}.ts`),
    ...args,
  ]);
