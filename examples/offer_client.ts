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
import { portArgument, usage } from "./support/arguments.ts";

const line = "offer_client.ts interface [port]";
const [ifname = usage(line), port = "6767", ...rest] = Deno.args;
if (rest.length > 0) usage(line);
const to = ["255.255.255.255", portArgument(line, port)] as const;

using client = new Socket(AF_INET, SOCK_DGRAM);
client.settimeout(5);
client.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
client.setsockopt(
  SOL_SOCKET,
  SO_BINDTODEVICE,
  new TextEncoder().encode(ifname),
);
client.bind(["", 0]);
client.sendto(new TextEncoder().encode("discover"), to);
const [offer, [from]] = client.recvfrom(1500);
console.log(`${from} offers ${new TextDecoder().decode(offer)}`);
