/** Listens at a path until its input ends, and leaves it to the end of the program to clean up. */

import { createUnixListener, errno, OSError } from "../../mod.ts";

try {
  const listener = createUnixListener(Deno.args[0]);
  console.log("listening");
  for await (const _ of Deno.stdin.readable);
  if (listener.fileno() < 0) throw new Error("it was collected");
} catch (error) {
  if (!(error instanceof OSError) || error.errno !== errno.EADDRINUSE) {
    throw error;
  }
  console.log("in use");
  for await (const _ of Deno.stdin.readable);
}
