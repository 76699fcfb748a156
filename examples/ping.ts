/**
 * Sends ICMP echo requests and prints how long the answers take. The socket is an ICMP datagram
 * socket where the system lets this user have one, or else a raw socket, which needs privileges.
 * Ctrl-C ends it and prints the statistics.
 *
 *     deno run --allow-ffi examples/ping.ts [-c count] [-i seconds] host
 *
 * By default it sends one request a second, without end.
 */

import { parseArgs } from "node:util";
import {
  AF_INET,
  controlSize,
  decodeControl,
  gethostbyname,
  IPPROTO_ICMP,
  OSError,
  requestControl,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
  TimeoutError,
} from "@libc/socket";
import { iter_unpack, repr, Struct } from "@libc/socket/bytes";

function usage(): never {
  console.error("usage: ping.ts [-c count] [-i seconds] host");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: {
      count: { type: "string", short: "c", default: "Infinity" },
      interval: { type: "string", short: "i", default: "1" },
    },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [host = usage()] = args.positionals;
const count = Number(args.values.count);
const interval = Number(args.values.interval);
if (!(count >= 1 && interval >= 0)) usage();

const ECHO_REPLY = 0;
const ECHO_REQUEST = 8;
/** A message of ICMP: type, code, checksum, identifier, sequence number, and what it carries. */
const icmp = new Struct("!BBHHH56s");

function open(): Socket {
  try {
    return new Socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    return new Socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  }
}

/** Tells our answers from those to others, which a raw socket receives too. */
const payload = crypto.getRandomValues(new Uint8Array(56));

/** The checksum of the internet protocols, over an even number of bytes. */
function checksum(data: Uint8Array): number {
  let sum = 0;
  for (const [word] of iter_unpack("!H", data)) sum += word;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An echo request. It has no ports, but an identifier and a sequence number. */
function echoRequest(sequence: number): Uint8Array {
  const fields = [Deno.pid & 0xffff, sequence, payload] as const;
  const message = icmp.pack(ECHO_REQUEST, 0, 0, ...fields);
  return icmp.pack(ECHO_REQUEST, 0, checksum(message), ...fields);
}

/** Whether a packet is the answer to a request. */
function isAnswer(packet: Uint8Array, sequence: number): boolean {
  // A raw socket receives the IP header too; a datagram socket (on Linux) does not.
  const header = packet[0] >> 4 === 4 ? (packet[0] & 0xf) * 4 : 0;
  if (packet.length !== header + icmp.size) return false;
  const [type, , , , answered, returned] = icmp.unpack_from(packet, header);
  return type === ECHO_REPLY && answered === sequence &&
    repr(returned) === repr(payload);
}

/** Waits for the answer to a request. Returns its time to live. */
function answer(sequence: number, deadline: number): number | undefined {
  for (let left; (left = deadline - performance.now()) > 0;) {
    socket.settimeout(left / 1000);
    try {
      const [packet, ancdata] = socket.recvmsg(1500, controlSize("ttl"));
      if (isAnswer(packet, sequence)) {
        return decodeControl(ancdata).get("ttl")?.ttl ?? 0;
      }
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
  }
}

const times: number[] = [];
let sent = 0;

function statistics(): never {
  const lost = Math.round((1 - times.length / sent) * 100);
  console.log(`\n--- ${host} ping statistics ---`);
  console.log(
    `${sent} packets transmitted, ${times.length} received, ${lost}% packet loss`,
  );
  if (times.length > 0) {
    const average = times.reduce((sum, time) => sum + time) / times.length;
    const rtt = [Math.min(...times), average, Math.max(...times)];
    console.log(
      `rtt min/avg/max = ${rtt.map((t) => t.toFixed(3)).join("/")} ms`,
    );
  }
  Deno.exit(times.length > 0 ? 0 : 1);
}

const address = gethostbyname(host);
using socket = open();
requestControl(socket, "ttl");
socket.connect([address, 0]);
console.log(`PING ${host} (${address}) 56(84) bytes of data.`);
Deno.addSignalListener("SIGINT", statistics);
for (;;) {
  const start = performance.now();
  sent++;
  try {
    socket.send(echoRequest(sent & 0xffff));
    const ttl = answer(sent & 0xffff, start + 1000);
    const time = performance.now() - start;
    if (ttl !== undefined) times.push(time);
    console.log(
      ttl === undefined
        ? `icmp_seq=${sent}: no answer`
        : `${icmp.size} bytes from ${address}: ` +
          `icmp_seq=${sent} ttl=${ttl} time=${time.toFixed(3)} ms`,
    );
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log(`icmp_seq=${sent}: ${error.strerror}`);
  }
  if (sent >= count) statistics();
  await new Promise((resolve) => setTimeout(resolve, interval * 1000));
}
