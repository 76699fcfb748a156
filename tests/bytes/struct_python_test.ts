// struct beside Python's: random formats and values, good and bad, both ways.

import { assertEquals } from "@std/assert";
import { Random } from "../stress/support/random.ts";
import { python } from "../support/peer.ts";
import { needs, requires } from "../support/requires.ts";
import {
  differences,
  ORACLE,
  ours,
  type Outcomes,
  randomCase,
} from "./struct_cases.ts";

const PROGRAM = ORACLE +
  "print(json.dumps([each(case) for case in json.load(sys.stdin)]))";

Deno.test({
  ...requires("struct does what Python's does", needs.python),
  async fn() {
    const random = new Random();
    const cases = Array.from({ length: 4000 }, () => randomCase(random));
    const all = await python(PROGRAM, cases) as Outcomes[];
    for (const [i, theirs] of all.entries()) {
      const mine = ours(cases[i]);
      for (const name of differences(mine, theirs)) {
        assertEquals(
          mine[name],
          theirs[name],
          `seed ${random.seed}, case ${i}, ${name}: ${
            JSON.stringify(cases[i])
          }`,
        );
      }
    }
  },
});
