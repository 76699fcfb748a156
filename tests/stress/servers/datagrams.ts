/** The echo server over UDP, against floods of datagrams of every size. */

import { AsyncSocket } from "../../../async.ts";
import { AF_INET, SOCK_DGRAM, TimeoutError } from "../../../mod.ts";
import type { Program } from "../../examples/programs.ts";
import { text, utf8 } from "../../support/bytes.ts";
import type { Random } from "../support/random.ts";
import { bearing, PATIENCE, type Target } from "./attack.ts";

async function round(
  _server: Program,
  port: number,
  random: Random,
): Promise<void> {
  for (let i = 0; i < 20; i++) {
    // It closes before it is answered: the answer meets nobody.
    using sender = new AsyncSocket(AF_INET, SOCK_DGRAM);
    sender.settimeout(0.2);
    for (let j = random.below(50); j > 0; j--) {
      const size = random.pick([0, 1, 100, 1472, 9000, 65_507]);
      await bearing(() =>
        sender.sendto(new Uint8Array(random.below(size + 1)), [
          "127.0.0.1",
          port,
        ])
      );
    }
  }
  using client = new AsyncSocket(AF_INET, SOCK_DGRAM);
  await client.connect(["127.0.0.1", port]);
  client.settimeout(0.2);
  const word = `honest ${random.seed}`;
  const end = performance.now() + PATIENCE * 1000;
  for (;;) {
    // The flood may have cost this datagram its place.
    await client.send(utf8(word));
    try {
      if (text(await client.recv(100)) === word) return;
    } catch (error) {
      if (!(error instanceof TimeoutError) || performance.now() > end) {
        throw error;
      }
    }
  }
}

/** The server. */
export const datagrams: Target = {
  name: "udp_server",
  args: ["127.0.0.1", "0"],
  request: new Uint8Array(),
  answer: "",
  hostile: () => new Uint8Array(),
  round,
};
