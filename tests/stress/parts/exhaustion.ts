/** What runs out: descriptors, ports, backlogs, buffers, queues, memory. */

import { beside } from "../../support/files.ts";
import { needs } from "../../support/requires.ts";
import { namespaces } from "../../examples/namespaces.ts";
import { type PartOptions, rounds } from "../support/part.ts";

/** How many descriptors the first program may have: Deno and its parts take half of them. */
const DESCRIPTORS = 80;

/** Runs a program of this folder, by a shell that prepares what it runs in. */
async function runProgram(
  program: string,
  prepare: string,
  ...wrapper: string[]
) {
  const [command, ...args] = [
    ...wrapper,
    "sh",
    "-c",
    `${prepare} && exec "$0" "$@"`,
    Deno.execPath(),
    "run",
    "--allow-all",
    "--v8-flags=--expose-gc",
    beside(`stress/programs/${program}`),
  ];
  const { success, code, signal, stdout, stderr } = await new Deno.Command(
    command,
    { args },
  )
    .output();
  const text = new TextDecoder().decode(stdout);
  if (success) return text.trim();
  throw new Error(
    `${program} ended with ${signal ?? code}: ${text}${
      new TextDecoder().decode(stderr)
    }`,
  );
}

/** Runs the part. */
export async function run(
  { random, seconds, log }: PartOptions,
): Promise<void> {
  const lacking = [needs.linux, namespaces].filter(({ isMet }) => !isMet);
  if (lacking.length > 0) {
    log(`without the network: needs ${lacking.map(({ what }) => what)}`);
  }
  const count = await rounds({ random, seconds }, async (random) => {
    if (lacking.length > 0 || random.chance(0.5)) {
      await runProgram("exhausted.ts", `ulimit -n ${DESCRIPTORS}`);
      return;
    }
    await runProgram(
      "exhausted_network.ts",
      "ip link set lo up && " +
        "sysctl -qw net.ipv4.ip_local_port_range='50000 50019' net.ipv4.ip_unprivileged_port_start=0",
      "unshare",
      "-n",
    );
  });
  log(`${count} rounds`);
}
