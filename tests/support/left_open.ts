/**
 * Has every test fail that leaves a descriptor open: `deno task test` loads this before each file of
 * tests. What the file itself has opened, outside of its tests, does not count.
 */

import type { Handle } from "../../socket/operations/attempt.ts";

/**
 * For how long a test's descriptors may still be closing at its end, in turns of 10 ms. One that is
 * collected as garbage within this time is not noticed. (The variable is for `left_open_test.ts`.)
 */
const TURNS = Number(Deno.env.get("SOCKET_TEST_TURNS") ?? 200);

/** These tests pretend to be another platform before they import the library. */
const pretends = /\/tests\/(platforms\/|platform_names_test)/.test(
  Deno.mainModule,
);

/** Something open, and what to say of it. */
type Open = Map<unknown, string>;

let before: Open = new Map();

if (!pretends) {
  const { stillOpen } = await import("./opened.ts");

  /** What is open now. The library is imported after the file of the tests, not before. */
  const open = async (): Promise<Open> => {
    const { openHandles } = await import(
      "../../socket/operations/attempt.ts"
    );
    const all: Open = new Map(
      openHandles().map((handle: Handle) => [
        handle,
        `${handle.fd}, family ${handle.family}, type ${handle.type}`,
      ]),
    );
    for (const one of stillOpen()) {
      all.set(
        one,
        `${one.fd}, ${one.target}, by ${one.by}\n  ${one.stack.join("\n  ")}`,
      );
    }
    return all;
  };

  const left = async (): Promise<string[]> =>
    [...await open()].filter(([one]) => !before.has(one))
      .map(([, what]) => what);

  Deno.test.beforeEach(async () => {
    before = await open();
  });

  Deno.test.afterEach(async () => {
    let now = await left();
    for (let i = 0; now.length > 0 && i < TURNS; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      now = await left();
    }
    if (now.length === 0) return;
    throw new Error(`this test leaves descriptors open: ${now.join("; ")}`);
  });
}
