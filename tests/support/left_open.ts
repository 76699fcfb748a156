/**
 * Has every test fail that leaves a socket open: `deno task test` loads this before each file of
 * tests. Sockets that the file itself has opened, outside of its tests, do not count.
 */

import type { Handle } from "../../socket/operations/attempt.ts";

/**
 * For how long a test's sockets may still be closing at its end, in turns of 10 ms. One that is
 * collected as garbage within this time is not noticed.
 */
const TURNS = 200;

/** These tests pretend to be another platform before they import the library. */
const pretends = /\/tests\/(platforms\/|platform_names_test)/.test(
  Deno.mainModule,
);

let before: ReadonlySet<Handle> = new Set();

if (!pretends) {
  Deno.test.beforeEach(async () => {
    before = new Set(await openHandles());
  });

  Deno.test.afterEach(async () => {
    let left = await newHandles();
    for (let i = 0; left.length > 0 && i < TURNS; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      left = await newHandles();
    }
    if (left.length === 0) return;
    const what = left.map(({ fd, family, type }) =>
      `descriptor ${fd}, family ${family}, type ${type}`
    );
    throw new Error(`this test leaves sockets open: ${what.join("; ")}`);
  });
}

/** The open handles. The library is imported after the file of the tests, not before. */
async function openHandles(): Promise<Handle[]> {
  return (await import("../../socket/operations/attempt.ts")).openHandles();
}

const newHandles = async (): Promise<Handle[]> =>
  (await openHandles()).filter((handle) => !before.has(handle));
