/**
 * The core tests on the oldest version of Deno that the library runs on, and on the newest:
 * `deno task test:versions [versions]`. npx fetches them.
 */

import { oldestDeno } from "../../ffi/libc.ts";
import { root, run } from "./support.ts";

const core = [
  "tests/async",
  "tests/ffi",
  "tests/forms_test.ts",
  "tests/handlers",
  "tests/node",
  "tests/poll",
  "tests/selectors",
  "tests/socket/fds_test.ts",
  "tests/socket/socket_test.ts",
  "tests/socket/timeout_test.ts",
];

const versions = Deno.args.length > 0 ? Deno.args : [oldestDeno, "latest"];
const statuses: number[] = [];
for (const version of versions) {
  console.log(`== Deno ${version}`);
  const deno = ["npx", "--yes", `deno@${version}`];
  // An older version may not be able to read the lock file.
  const words = ["test", "--no-lock", "--allow-all", "--trace-leaks"];
  statuses.push(await run([...deno, ...words, ...core], { cwd: root }));
}
versions.forEach((version, i) => {
  console.log(`Deno ${version}: ${statuses[i] === 0 ? "passes" : "FAILS"}`);
});
Deno.exit(statuses.some((status) => status !== 0) ? 1 : 0);
