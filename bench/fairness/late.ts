/** Timers, one after the other. */

const INTERVAL_MS = 5;

/** By how many milliseconds the latest of so many timers was late. */
export async function worstDelay(timers: number): Promise<number> {
  let worst = 0;
  for (let i = 0; i < timers; i++) {
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    worst = Math.max(worst, performance.now() - began - INTERVAL_MS);
  }
  return worst;
}
