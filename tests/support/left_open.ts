/**
 * Has every test fail that leaves a socket open: `deno task test` loads this before each file of
 * tests. Sockets that the file itself has opened, outside of its tests, do not count.
 */

import { type Handle, openHandles } from "../../socket/operations/handle.ts";
import { turn } from "./async.ts";

/** For how long a test's sockets may still be closing at its end, in turns of 10 ms. */
const TURNS = 200;

let before: ReadonlySet<Handle> = new Set();

Deno.test.beforeEach(() => {
  before = new Set(openHandles());
});

Deno.test.afterEach(async () => {
  let left = newHandles();
  for (let i = 0; left.length > 0 && i < TURNS; i++) {
    await turn(10);
    left = newHandles();
  }
  if (left.length === 0) return;
  const what = left.map(({ fd, family, type }) =>
    `descriptor ${fd}, family ${family}, type ${type}`
  );
  throw new Error(`this test leaves sockets open: ${what.join("; ")}`);
});

const newHandles = (): Handle[] =>
  openHandles().filter((handle) => !before.has(handle));
