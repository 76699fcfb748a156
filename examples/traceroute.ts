/**
 * Finds the routers on the way to a host. A router that drops a UDP datagram because its time to
 * live has run out reports it by ICMP. The raw socket that receives the report needs privileges.
 *
 *     deno run --allow-ffi examples/traceroute.ts [-m hops] [-w seconds] host
 *
 * By default it goes 30 hops at most, and waits 3 seconds for each.
 */

import {
  AF_INET,
  gethostbyname,
  inet_ntop,
  IP_TTL,
  IPPROTO_ICMP,
  IPPROTO_IP,
  IPPROTO_UDP,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
} from "@libc/socket";
import { integerIn, options, usage } from "./support/arguments.ts";
import { receiveUntil } from "./support/deadline.ts";
import { DEST_UNREACH, splitIPv4, TIME_EXCEEDED } from "./support/icmp.ts";

const fail = (): never => usage("traceroute.ts [-m hops] [-w seconds] host");
const [{ hops: most = "30", wait = "3" }, [host = fail(), ...rest]] = options(
  { hops: "m", wait: "w" },
  fail,
);
if (rest.length > 0) fail();
const hops = integerIn(most, 1, 255) ?? fail();
const seconds = integerIn(wait, 1, 3600) ?? fail();

/** The first of the ports to send to, where normally no program listens. */
const PORT = 33434;

interface Hop {
  router: string;
  arrived: boolean;
}

/** What an ICMP packet says of the datagram between two ports, if it is about that datagram. */
function hop(packet: Uint8Array, from: number, to: number): Hop | undefined {
  const [header, message] = splitIPv4(packet) ?? [];
  if (header === undefined || message === undefined) return undefined;
  const [type] = message;
  if (type !== TIME_EXCEEDED && type !== DEST_UNREACH) return undefined;
  // The message quotes the start of the packet that it is about.
  const [sent, udp] = splitIPv4(message.subarray(8)) ?? [];
  if (sent?.[9] !== IPPROTO_UDP || udp === undefined || udp.length < 4) {
    return undefined;
  }
  if ((udp[0] << 8 | udp[1]) !== from || (udp[2] << 8 | udp[3]) !== to) {
    return undefined;
  }
  return {
    router: inet_ntop(AF_INET, header.subarray(12, 16)),
    arrived: type === DEST_UNREACH,
  };
}

/** Sends a datagram with a time to live, and waits for the report of what became of it. */
function probe(ttl: number): Hop | undefined {
  udp.setsockopt(IPPROTO_IP, IP_TTL, ttl);
  udp.sendto(new Uint8Array(32), [address, PORT + ttl]);
  const [, from] = udp.getsockname();
  const deadline = performance.now() + seconds * 1000;
  for (const packet of receiveUntil(icmp, deadline, (s) => s.recv(1500))) {
    const found = hop(packet, from, PORT + ttl);
    if (found !== undefined) return found;
  }
}

const address = gethostbyname(host);
using icmp = new Socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
using udp = new Socket(AF_INET, SOCK_DGRAM);
udp.bind(["", 0]);
console.log(`traceroute to ${host} (${address}), ${hops} hops max`);
for (let ttl = 1; ttl <= hops; ttl++) {
  const start = performance.now();
  const found = probe(ttl);
  const time = (performance.now() - start).toFixed(3);
  console.log(
    `${String(ttl).padStart(2)}  ${
      found ? `${found.router}  ${time} ms` : "*"
    }`,
  );
  if (found?.arrived) break;
}
