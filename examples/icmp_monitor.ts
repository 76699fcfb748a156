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
import { options, usage } from "./support/arguments.ts";
import { ECHO_REPLY, echoRequest, splitIPv4 } from "./support/icmp.ts";

const fail = (): never =>
  usage("icmp_monitor.ts [-i seconds] [-w seconds] host...");
const [{ interval = "1", wait = "1" }, hosts] = options(
  { interval: "i", wait: "w" },
  fail,
);
if (hosts.length === 0) fail();
if (!(Number(interval) > 0 && Number(wait) > 0)) fail();

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

/** Asks once. Returns whether the answer came before the signal aborted. */
async function answers(
  socket: AsyncSocket<InetAddress>,
  sequence: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const request = echoRequest(Deno.pid & 0xffff, sequence, payload);
    await socket.send(request, 0, { signal });
    for (;;) {
      const data = await socket.recv(1500, 0, { signal });
      const [, message] = splitIPv4(data) ?? [undefined, data];
      if (
        message.length === 8 + payload.length && message[0] === ECHO_REPLY &&
        (message[6] << 8 | message[7]) === sequence &&
        payload.every((byte, i) => message[8 + i] === byte)
      ) return true;
    }
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
    const limit = AbortSignal.any([
      signal,
      AbortSignal.timeout(Number(wait) * 1000),
    ]);
    const up = await answers(socket, ++asked & 0xffff, limit);
    if (signal.aborted) { // this one does not count
      asked--;
      break;
    }
    if (up) answered++;
    if (up !== isUp) console.log(`${host} is ${up ? "up" : "down"}`);
    isUp = up;
    await pause(Number(interval), signal);
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
