/**
 * A bad network: two namespaces, joined by a cable that goes down and by a relay that loses, delays
 * and reorders packets. (Not every kernel has `netem`.)
 */

import { Namespaces, namespaces } from "../../examples/namespaces.ts";
import { beside, exists } from "../../support/files.ts";
import { Peer } from "../../support/peer.ts";
import { need, needs } from "../../support/requires.ts";
import type { PartOptions } from "../support/part.ts";

const CABLE = ["10.9.0.1", "10.9.0.2"];
const RELAY = ["10.9.1.1", "10.9.1.2"];

const program = (name: string) => beside(`stress/programs/${name}`);

/** Runs the part. */
export async function run(
  { random, seconds, log }: PartOptions,
): Promise<void> {
  const lacking = [
    needs.linux,
    needs.python,
    namespaces,
    need("/dev/net/tun", exists("/dev/net/tun")),
  ].filter(({ isMet }) => !isMet);
  if (lacking.length > 0) {
    return log(
      `skipped: needs ${lacking.map(({ what }) => what).join(" and ")}`,
    );
  }
  using networks = new Namespaces(2);
  networks.cable([0, "cable", `${CABLE[0]}/24`], [
    1,
    "cable",
    `${CABLE[1]}/24`,
  ]);
  const [here, there] = networks.names;
  await using relay = Peer.start("python3", [
    program("lossy_relay.py"),
    here,
    there,
    ...RELAY,
    String(random.seed),
  ]);
  await relay.line();
  await using far = Peer.start("ip", [
    "netns",
    "exec",
    there,
    "python3",
    program("far_end.py"),
    "0.0.0.0",
  ]);
  await far.line();
  const { success, stdout } = await new Deno.Command("ip", {
    args: [
      "netns",
      "exec",
      here,
      Deno.execPath(),
      "run",
      "--allow-all",
      program("bad_network.ts"),
      String(random.seed),
      String(seconds),
      CABLE[1],
      RELAY[1],
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the program in the namespace failed");
  log(new TextDecoder().decode(stdout).trim());
}
