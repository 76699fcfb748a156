/** To be written. */

import type { PartOptions } from "../support/part.ts";

/** Runs the part. */
export async function run({ log }: PartOptions): Promise<void> {
  await Promise.resolve();
  log("nothing yet");
}
