/**
 * Asks by broadcast on one interface, which needs no address, and prints who answers. Linux.
 *
 *     deno run --allow-ffi examples/offer_client.ts interface [port]
 *
 * The port defaults to 6767, where offer_server.ts listens.
 */

import {
  AF_INET,
  SO_BINDTODEVICE,
  SO_BROADCAST,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} from "@libc/socket";
import { b } from "@libc/socket/bytes";

const [ifname, port = "6767"] = Deno.args;
if (ifname === undefined) {
  console.error("usage: offer_client.ts interface [port]");
  Deno.exit(2);
}

using client = new Socket(AF_INET, SOCK_DGRAM);
client.settimeout(5);
client.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
const device = new TextEncoder().encode(ifname);
client.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, device);
client.bind(["", 0]);
client.sendto(b("discover"), ["255.255.255.255", Number(port)]);
const [offer, [from]] = client.recvfrom(1500);
console.log(`${from} offers ${new TextDecoder().decode(offer)}`);
