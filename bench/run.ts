/**
 * Measures this library against its peers on the same work: every contestant of a row runs as a
 * process of its own, they take turns in one run, and what counts is the ratio of ours to each peer,
 * round by round. The machine's speed may drift; the ratio does not.
 *
 *     deno task bench [row …]
 */

import { measure, type Row, summary } from "./support/measure.ts";
import { rows as socketpair } from "./socketpair/rows.ts";

const rows: Row[] = [...socketpair];

const wanted = Deno.args.length === 0
  ? rows
  : rows.filter(({ name }) => Deno.args.some((word) => name.includes(word)));
if (wanted.length === 0) {
  console.error(
    `usage: deno task bench [row …], of:\n  ${
      rows.map((row) => row.name).join("\n  ")
    }`,
  );
  Deno.exit(2);
}

for (const row of wanted) {
  console.log(`\n${row.name} (${row.unit}, median of ${row.rounds} rounds)`);
  const results = await measure(row);
  for (const line of summary(row, results)) console.log(`  ${line}`);
}
