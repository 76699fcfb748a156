/**
 * Watches any number of hosts at the same time by ICMP echo: prints when one stops answering and
 * when it answers again, and a summary at Ctrl-C. Each host has a socket that awaits, and an
 * `AbortSignal` bounds each wait: by the time that an answer may take, and by Ctrl-C. The sockets
 * are ICMP datagram sockets where the system lets this user have them, or else raw sockets.
 *
 *     deno run --allow-ffi examples/icmp_monitor.ts [-i seconds] [-w seconds] host...
 *
 * By default it asks once a second, and waits for an answer for a second.
 */

import { parseArgs } from "node:util";
import {
  AF_INET,
  AsyncSocket,
  gethostbyname,
  type InetAddress,
  IPPROTO_ICMP,
  OSError,
  SOCK_DGRAM,
  SOCK_RAW,
} from "@libc/socket/async";
import { iter_unpack, repr, Struct } from "@libc/socket/bytes";

function usage(): never {
  console.error("usage: icmp_monitor.ts [-i seconds] [-w seconds] host...");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: {
      interval: { type: "string", short: "i", default: "1" },
      wait: { type: "string", short: "w", default: "1" },
    },
    allowPositionals: true,
  });
} catch {
  usage();
}
const hosts = args.positionals;
const interval = Number(args.values.interval);
const wait = Number(args.values.wait);
if (hosts.length === 0 || !(interval > 0 && wait > 0)) usage();

const ECHO_REPLY = 0;
const ECHO_REQUEST = 8;
/** A message of ICMP: type, code, checksum, identifier, sequence number, and what it carries. */
const icmp = new Struct("!BBHHH56s");

function open(): AsyncSocket<InetAddress> {
  try {
    return new AsyncSocket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    return new AsyncSocket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  }
}

/** Tells our answers from those to others, which raw sockets receive too. */
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

/** Asks once. Returns whether the answer came before the signal aborted. */
async function answers(
  socket: AsyncSocket<InetAddress>,
  sequence: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await socket.send(echoRequest(sequence), 0, { signal });
    while (!isAnswer(await socket.recv(1500, 0, { signal }), sequence));
    return true;
  } catch (error) {
    // The network may also say that the host cannot be reached.
    if (error === signal.reason || error instanceof OSError) return false;
    throw error;
  }
}

/** Resolves after some seconds, or as soon as the signal aborts. */
function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    signal.addEventListener("abort", end);
  });
}

/** Watches a host until the signal aborts. Returns the line of the summary. */
async function watch(host: string, signal: AbortSignal): Promise<string> {
  const address = await gethostbyname(host);
  using socket = open();
  await socket.connect([address, 0]);
  let isUp: boolean | undefined;
  let answered = 0;
  let asked = 0;
  while (!signal.aborted) {
    const timeout = AbortSignal.timeout(wait * 1000);
    const limit = AbortSignal.any([signal, timeout]);
    const up = await answers(socket, ++asked & 0xffff, limit);
    if (signal.aborted) { // this one does not count
      asked--;
      break;
    }
    if (up) answered++;
    if (up !== isUp) console.log(`${host} is ${up ? "up" : "down"}`);
    isUp = up;
    await pause(interval, signal);
  }
  return `${host}: ${answered} of ${asked} answered`;
}

const stopping = new AbortController();
Deno.addSignalListener("SIGINT", () => stopping.abort());
const summary = await Promise.all(
  hosts.map((host) => watch(host, stopping.signal)),
);
for (const line of summary) console.log(line);
Deno.exit(0);
