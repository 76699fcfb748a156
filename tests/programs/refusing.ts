/** Makes every call that must be refused many times, and tells how many descriptors each round left over. */

import { badCalls, subjects } from "../errors/bad_input.ts";

const descriptors = (): number => [...Deno.readDirSync("/proc/self/fd")].length;

function round(): void {
  using on = subjects();
  for (const [, make] of badCalls) {
    try {
      make(on);
    } catch {
      // As it must.
    }
  }
}

round(); // opens what stays open
const before = descriptors();
const ROUNDS = 30;
for (let i = 0; i < ROUNDS; i++) round();
// The runtime may have opened a few of its own.
const leaked = Math.floor((descriptors() - before) / ROUNDS);
console.log(JSON.stringify([badCalls.length, leaked]));
