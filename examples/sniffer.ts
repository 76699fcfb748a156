/**
 * Prints a line for each packet that passes an interface, or any. Linux; it needs privileges. Ctrl-C
 * ends it.
 *
 *     deno run --allow-ffi examples/sniffer.ts [-c count] [interface]
 *
 * With a count it ends after so many packets.
 */

import { AF_PACKET, ETH_P_ALL, SOCK_DGRAM, Socket } from "../mod.ts";
import { integerIn, options, usage } from "./support/arguments.ts";
import { packetLine } from "./support/packet.ts";

const fail = (): never => usage("sniffer.ts [-c count] [interface]");
const [{ count }, [ifname = "", ...rest]] = options({ count: "c" }, fail);
if (rest.length > 0) fail();
const most = count === undefined
  ? Infinity
  : integerIn(count, 1, Number.MAX_SAFE_INTEGER) ?? fail();

// Of protocol 0 it receives nothing until it is bound: no packet of another interface slips in.
using socket = new Socket(AF_PACKET, SOCK_DGRAM, 0);
socket.bind([ifname, ETH_P_ALL]);
console.error("Listening on", ifname || "all interfaces");

for (let seen = 0; seen < most; seen++) {
  const [packet, address] = socket.recvfrom(65535);
  console.log(packetLine(packet, address));
}
