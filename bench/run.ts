/**
 * Measures this library against its peers on the same work. Every contestant of a row is a separate
 * process. They take turns within one run, and ours is compared with each peer round by round: the
 * machine's speed may drift, but the ratio does not.
 *
 *     deno task bench [row …]
 *
 * A run of all rows writes `results.json` and draws `results.svg`.
 */

import { rows as asyncBulk } from "./async_bulk/rows.ts";
import { rows as bulk } from "./bulk/rows.ts";
import { rows as connect } from "./connect/rows.ts";
import { rows as fairness } from "./fairness/rows.ts";
import { rows as http } from "./http/rows.ts";
import { rows as idle } from "./idle/rows.ts";
import { rows as pingPong } from "./ping_pong/rows.ts";
import { rows as proxy } from "./proxy/rows.ts";
import { rows as requests } from "./requests/rows.ts";
import { rows as selector } from "./selector/rows.ts";
import { rows as sendfile } from "./sendfile/rows.ts";
import { rows as socketpair } from "./socketpair/rows.ts";
import { rows as startup } from "./startup/rows.ts";
import { chart } from "./support/chart.ts";
import { description, machine } from "./support/machine.ts";
import { measure, type Row } from "./support/measure.ts";
import { judge, lines, type Outcome } from "./support/outcome.ts";
import { rows as udp } from "./udp/rows.ts";
import { rows as udpEcho } from "./udp_echo/rows.ts";
import { rows as udpOneWay } from "./udp_one_way/rows.ts";

const rows: Row[] = [
  ...socketpair,
  ...udp,
  ...connect,
  ...bulk,
  ...sendfile,
  ...selector,
  ...requests,
  ...http,
  ...asyncBulk,
  ...proxy,
  ...pingPong,
  ...udpEcho,
  ...udpOneWay,
  ...idle,
  ...fairness,
  ...startup,
];

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

const here = await machine();
console.log(description(here).join("\n"));
const began = performance.now();
const outcomes: Outcome[] = [];
for (const row of wanted) {
  const { unit, better } = row.figure;
  console.log(
    `\n${row.name} (${unit}, ${better} is better; medians of ${row.rounds} rounds, with quartiles)`,
  );
  try {
    const outcome = judge(row, await measure(row));
    outcomes.push(outcome);
    for (const line of lines(outcome)) console.log(`  ${line}`);
  } catch (error) {
    console.error(`  failed: ${error}`);
    Deno.exitCode = 1;
  }
}
console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s`);

if (outcomes.length === rows.length) {
  const file = (name: string): URL => new URL(name, import.meta.url);
  await Deno.writeTextFile(
    file("results.json"),
    JSON.stringify({ machine: here, rows: outcomes }, null, 2) + "\n",
  );
  await Deno.writeTextFile(
    file("results.svg"),
    chart(outcomes, description(here)),
  );
}
