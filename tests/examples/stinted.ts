/** Programs that the system takes little of at a time. */

import { beside } from "../support/helpers.ts";
import { Program } from "./programs.ts";

/** Starts an example; each `send()` of it sends five bytes at most. */
export const stinted = (name: string, args: readonly string[]): Program =>
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
