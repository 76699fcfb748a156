/** The figures of docs/speed.md are those of bench/results.json. */

import { assert, assertEquals } from "@std/assert";
import results from "../../bench/results.json" with { type: "json" };
import { beside } from "../support/files.ts";

/** The median of a row's ratios of ours to a peer's, as docs/speed.md writes it. */
function measured(name: string, peer: string): string | undefined {
  const row = results.rows.find((row) => row.name === name);
  // A comparison by difference has a unit; it is not a ratio.
  if (row?.comparison !== "ratio") return undefined;
  const comparison = row.comparisons.find((one) => one.peer === peer);
  return comparison?.compared?.[1].toFixed(2);
}

Deno.test("docs/speed.md has the ratios of bench/results.json", () => {
  const page = Deno.readTextFileSync(beside("../docs/speed.md"));
  const lines = page.matchAll(
    /^\| `([^`]+)` +\| (.+?) +\| (?:time|rate|memory) ([\d.]+) +\|$/gm,
  );
  let compared = 0;
  for (const [, name, peer, ratio] of lines) {
    assertEquals(ratio, measured(name, peer), `${name}, ${peer}`);
    compared++;
  }
  const ratios = page.match(/\| (?:time|rate|memory) [\d.]+ +\|/g);
  assertEquals(compared, ratios?.length, "a line of a table is not understood");
  assert(compared > 20);
});

Deno.test("the rows that docs/speed.md names exist", () => {
  const page = Deno.readTextFileSync(beside("../docs/speed.md"));
  const names = new Set(results.rows.map(({ name }) => name));
  const kinds = "socketpair|UDP|TCP|selector|async|import";
  for (
    const [, name] of page.matchAll(RegExp(`\`((?:${kinds}): [^\`]+)\``, "g"))
  ) {
    assert(names.has(name.replaceAll(/\s+/g, " ")), name);
  }
});
