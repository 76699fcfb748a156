/**
 * Finds the routers on the way to a host. A router that drops a UDP datagram because its time to
 * live has run out reports it by ICMP. The raw socket that receives the report needs privileges.
 *
 *     deno run --allow-ffi examples/traceroute.ts [-m hops] [-w seconds] host
 *
 * By default it goes 30 hops at most, and waits 3 seconds for each.
 */

import { parseArgs } from "node:util";
import {
  AF_INET,
  gethostbyname,
  inet_ntoa,
  IP_TTL,
  IPPROTO_ICMP,
  IPPROTO_IP,
  IPPROTO_UDP,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
  TimeoutError,
} from "@libc/socket";
import { unpack_from } from "@libc/socket/bytes";

function usage(): never {
  console.error("usage: traceroute.ts [-m hops] [-w seconds] host");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: {
      hops: { type: "string", short: "m", default: "30" },
      wait: { type: "string", short: "w", default: "3" },
    },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [host = usage()] = args.positionals;
const hops = Number(args.values.hops);
const wait = Number(args.values.wait);
if (!(hops >= 1 && hops <= 255 && wait > 0)) usage();

const DEST_UNREACH = 3;
const TIME_EXCEEDED = 11;

/** The first of the ports to send to, where normally no program listens. */
const PORT = 33434;

interface Hop {
  router: string;
  arrived: boolean;
}

/** What an ICMP packet says of the datagram between two ports, if it is about that datagram. */
function hop(packet: Uint8Array, from: number, to: number): Hop | undefined {
  const icmp = (packet[0] & 0xf) * 4; // after the IP header
  // The message quotes the start of the packet that it is about, which has two headers as well.
  const quoted = icmp + 8;
  const udp = quoted + (packet[quoted] & 0xf) * 4;
  if (packet.length < udp + 4) return undefined;
  const [router] = unpack_from("!12x4s", packet);
  const [type] = unpack_from("!B", packet, icmp);
  const [protocol] = unpack_from("!9xB", packet, quoted);
  const [source, destination] = unpack_from("!HH", packet, udp);
  if (protocol !== IPPROTO_UDP || source !== from || destination !== to) {
    return undefined;
  }
  if (type !== TIME_EXCEEDED && type !== DEST_UNREACH) return undefined;
  return { router: inet_ntoa(router), arrived: type === DEST_UNREACH };
}

/** Sends a datagram with a time to live, and waits for the report of what became of it. */
function probe(ttl: number): Hop | undefined {
  udp.setsockopt(IPPROTO_IP, IP_TTL, ttl);
  udp.sendto(new Uint8Array(32), [address, PORT + ttl]);
  const [, from] = udp.getsockname();
  const deadline = performance.now() + wait * 1000;
  for (let left; (left = deadline - performance.now()) > 0;) {
    icmp.settimeout(left / 1000);
    try {
      const found = hop(icmp.recv(1500), from, PORT + ttl);
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
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
