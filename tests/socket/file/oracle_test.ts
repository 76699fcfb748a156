/** `makefile()` with random input, compared with CPython. One Python process answers all cases. */

import { assertEquals } from "@std/assert";
import { AF_UNIX, SOCK_SEQPACKET } from "../../../constants/mod.ts";
import { Random } from "../../stress/support/random.ts";
import { beside } from "../../support/files.ts";
import { socketPair } from "../../support/pairs.ts";
import {
  hasUnix,
  need,
  needs,
  requires,
  succeeds,
} from "../../support/requires.ts";
import { comparable, makefileCases, run } from "./makefile_cases.ts";
import type { MakefileCase } from "./makefile_cases.ts";

const script = beside("interop/makefile.py");

async function python(cases: MakefileCase[]): Promise<unknown[][]> {
  const child = new Deno.Command("python3", {
    args: [script],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const [output] = await Promise.all([
    child.output(),
    new Blob([JSON.stringify(cases)]).stream().pipeTo(child.stdin),
  ]);
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

const packetSockets = need(
  "Unix packet sockets",
  hasUnix &&
    succeeds(() => socketPair(AF_UNIX, SOCK_SEQPACKET)[Symbol.dispose]()),
);

for (const [name, make] of Object.entries(makefileCases(new Random(1)))) {
  Deno.test(
    requires(`makefile(): ${name} as by CPython`, needs.python, packetSockets),
    async () => {
      const cases = Array.from({ length: 1500 }, make);
      const expected = await python(cases);
      cases.forEach((one, i) =>
        assertEquals(
          comparable(one, run(one)),
          comparable(one, expected[i]),
          JSON.stringify(one),
        )
      );
    },
  );
}
