/** How late timers fire that run one after the other. */

const INTERVAL_MS = 5;

/** Runs a number of timers and resolves to the greatest delay beyond their interval, in ms. */
export async function worstDelay(timers: number): Promise<number> {
  let worst = 0;
  for (let i = 0; i < timers; i++) {
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    worst = Math.max(worst, performance.now() - began - INTERVAL_MS);
  }
  return worst;
}
