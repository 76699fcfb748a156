/**
 * Random inputs, the same to this library and to one long-lived Python process: results and
 * exceptions are the same, except for the differences in `oracle/known_differences.ts`.
 */

import { equal } from "@std/assert";
import {
  differences,
  ours,
  type Outcomes,
  randomCase,
} from "../../bytes/struct_cases.ts";
import {
  comparable,
  type MakefileCase,
  makefileCases,
  run as runMakefile,
} from "../../socket/file/makefile_cases.ts";
import { temporaryFolder } from "../../support/files.ts";
import { needs } from "../../support/requires.ts";
import { decoding, encoding, forms } from "../oracle/addresses.ts";
import { functions } from "../oracle/functions.ts";
import {
  type Differing,
  knownDifferences,
} from "../oracle/known_differences.ts";
import { options as sockopts } from "../oracle/options.ts";
import type { Kind } from "../oracle/outcome.ts";
import { compileShim, Oracle } from "../oracle/python.ts";
import { selecting } from "../oracle/selecting.ts";
import { type PartOptions, rounds } from "../support/part.ts";

/** After how many inputs the part ends early. */
const INPUTS = 1_000_000;

const makefile: Kind<MakefileCase> = {
  make: (random) => random.pick(Object.values(makefileCases(random)))(),
  run: runMakefile,
  comparable: (one, result) => comparable(one, result as unknown[]),
};

const struct: Kind<Parameters<typeof ours>[0]> = {
  make: randomCase,
  run: ours,
};

/** The kinds of cases, and how many of each a round has. */
const kinds: Record<string, readonly [Kind, number]> = {
  function: [functions, 2000],
  encode: [encoding, 1000],
  decode: [decoding, 1000],
  option: [sockopts, 500],
  selecting: [selecting, 50],
  makefile: [makefile, 150],
  struct: [struct, 300],
};

/** Whether both sides agree, or differ as is known. */
function agree(
  kind: string,
  one: unknown,
  mine: unknown,
  theirs: unknown,
): boolean {
  if (kind === "struct") {
    return differences(mine as Outcomes, theirs as Outcomes).length === 0;
  }
  const { comparable } = kinds[kind][0];
  return equal(
    comparable?.(one, mine) ?? mine,
    comparable?.(one, theirs) ?? theirs,
  );
}

/** Runs the part. */
export async function run(options: PartOptions): Promise<void> {
  const { log } = options;
  if (!needs.python.isMet || !needs.linux.isMet) {
    return log("skipped: needs python3 and Linux");
  }
  using folder = temporaryFolder();
  const shim = await compileShim(folder.path);
  if (shim === undefined) log("without encode and decode: no C compiler");
  await using oracle = await Oracle.start(shim);
  const [hasBluetooth] = await oracle.ask("has", [["BTPROTO_L2CAP"]]) as [
    boolean[],
  ];
  if (!hasBluetooth[0]) {
    log("without Bluetooth: this Python has none");
    for (const name of ["l2cap", "rfcomm", "hci", "sco"]) delete forms[name];
  }
  const used = Object.keys(kinds)
    .filter((kind) => shim !== undefined || !/code$/.test(kind));
  const counts = new Map<string, number>(used.map((kind) => [kind, 0]));
  const known = new Map<string, number>();
  const total = () => [...counts.values()].reduce((sum, n) => sum + n, 0);
  const begun = performance.now();
  await rounds(options, async (random) => {
    for (const kind of used) {
      const [{ make, run }, count] = kinds[kind];
      const cases = Array.from({ length: count }, () => make(random));
      const answers = oracle.ask(kind, cases);
      const results = cases.map((each) => run(each));
      (await answers).forEach((theirs, i) => {
        const [one, mine] = [cases[i], results[i]];
        if (agree(kind, one, mine, theirs)) return;
        const difference = knownDifferences.find((
          { kind: of = kind, explains },
        ) =>
          of === kind &&
          explains({ one, mine, theirs } as Differing)
        );
        if (difference === undefined) {
          throw new Error(
            `${kind} ${JSON.stringify(one)}:\n  here ${
              JSON.stringify(mine)
            }\n  Python ${JSON.stringify(theirs)}`,
          );
        }
        known.set(difference.reason, (known.get(difference.reason) ?? 0) + 1);
      });
      counts.set(kind, counts.get(kind)! + count);
    }
    return total() < INPUTS;
  });
  const rate = total() / (performance.now() - begun) * 1000;
  log(
    `${total()} inputs, ${Math.round(rate)} per second: ${
      [...counts].map((each) => each.join(" ")).join(", ")
    }`,
  );
  for (const [reason, count] of known) log(`${count} times: ${reason}`);
}
