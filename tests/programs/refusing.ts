/**
 * Makes every call that must be refused many times, and prints how many descriptors a round leaks.
 */

import { descriptorsTo } from "../support/descriptors.ts";
import { badCalls, subjects } from "../errors/bad_input.ts";

function round(): void {
  using on = subjects();
  for (const [, make] of badCalls) {
    try {
      make(on);
    } catch {
      // As expected.
    }
  }
}

round(); // opens everything that stays open
const before = descriptorsTo().length;
const ROUNDS = 30;
for (let i = 0; i < ROUNDS; i++) round();
// The runtime may have opened a few.
const leaked = Math.floor((descriptorsTo().length - before) / ROUNDS);
console.log(JSON.stringify([badCalls.length, leaked]));
