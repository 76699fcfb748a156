/** What the programs of this folder share. */

/** How many descriptors this process has open. */
export function descriptors(): number {
  // Listing them takes one itself, each time.
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** Goes on after the event loop has gone round. */
export function turn(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Goes on once something is so; ends the program if that takes too long. */
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
 * Has Deno open the descriptors that it handles signals by: else it does so at some time of its own,
 * and panics if it cannot.
 */
export function openSignals(): void {
  const ignore = (): void => {};
  Deno.addSignalListener("SIGUSR2", ignore);
  Deno.removeSignalListener("SIGUSR2", ignore);
}
