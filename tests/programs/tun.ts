/**
 * Makes a TUN device in its namespace, and is the host behind it: a datagram that is sent there is
 * awaited as a packet, and sent back. Linux.
 */

import {
  AF_INET,
  AsyncSocket,
  SOCK_DGRAM,
  wait_readable,
  wait_writable,
} from "../../async.ts";
import { text, utf8 } from "../support/bytes.ts";
import { tun } from "../support/kernel_files.ts";

using device = tun("tun7");
for (
  const command of ["address add 10.95.0.1/24 dev tun7", "link set tun7 up"]
) {
  const { success, stderr } = new Deno.Command("ip", {
    args: command.split(" "),
  }).outputSync();
  if (!success) throw new Error(text(stderr));
}
const UDP = 17;
const signal = AbortSignal.timeout(60_000);
const packet = new Uint8Array(2000);

/** Receives packets up to one of UDP over IPv4: the kernel sends some of its own. */
async function receive(): Promise<number> {
  for (;;) {
    await wait_readable(device, { signal });
    for (let length; (length = device.read(packet.length, packet)) > 0;) {
      if (packet[0] === 0x45 && packet[9] === UDP) return length;
    }
  }
}

const received = receive();
await new Promise((resolve) => setTimeout(resolve)); // it waits now
using client = new AsyncSocket(AF_INET, SOCK_DGRAM);
await client.sendto(utf8("hello"), ["10.95.0.2", 7]);
const length = await received;
// Back to where it came from. Checksums do not depend on the order of what they sum.
const answer = packet.slice(0, length);
answer.set(packet.subarray(12, 16), 16);
answer.set(packet.subarray(16, 20), 12);
answer.set(packet.subarray(20, 22), 22);
answer.set(packet.subarray(22, 24), 20);
await wait_writable(device, { signal });
device.write(answer);
console.log(`answered: ${text(await client.recv(100, 0, { signal }))}`);
