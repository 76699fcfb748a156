/** What the programs of this folder share. */

import { turn } from "../../support/async.ts";

/** Waits until a condition holds. Throws if that takes too long. */
export async function until(
  what: string,
  condition: () => boolean,
): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await turn(10);
  }
}

/** Collects garbage. */
export function collect(): void {
  (globalThis as unknown as { gc(): void }).gc();
}

/**
 * Has Deno open the descriptors that it needs for signals. Otherwise it opens them later, and
 * panics if it cannot.
 */
export function openSignals(): void {
  const ignore = (): void => {};
  Deno.addSignalListener("SIGUSR2", ignore);
  Deno.removeSignalListener("SIGUSR2", ignore);
}
