/**
 * Sends ICMP echo requests and prints how long the answers take. The socket is an ICMP datagram
 * socket where the system lets this user have one, or else a raw socket, which needs privileges.
 * Ctrl-C ends it and prints the statistics.
 *
 *     deno run --allow-ffi examples/ping.ts [-c count] [-i seconds] host
 *
 * By default it sends one request a second, without end.
 */

import {
  AF_INET,
  gethostbyname,
  IP_RECVTTL,
  IP_TTL,
  IPPROTO_ICMP,
  IPPROTO_IP,
  OSError,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
} from "@libc/socket";
import { integerIn, options, usage } from "./support/arguments.ts";
import { receiveUntil } from "./support/deadline.ts";
import { ECHO_REPLY, echoRequest, splitIPv4 } from "./support/icmp.ts";

const fail = (): never => usage("ping.ts [-c count] [-i seconds] host");
const [{ count: total, interval = "1" }, [host = fail(), ...rest]] = options(
  { count: "c", interval: "i" },
  fail,
);
if (rest.length > 0) fail();
const count = total === undefined
  ? Infinity
  : integerIn(total, 1, 65535) ?? fail();
if (!(Number(interval) >= 0)) fail();

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

interface Answer {
  length: number;
  ttl: number;
}

/** Waits for the answer to a request. */
function answer(sequence: number, deadline: number): Answer | undefined {
  const messages = receiveUntil(socket, deadline, (s) => s.recvmsg(1500, 64));
  for (const [data, ancdata] of messages) {
    // A raw socket receives the IP header too; a datagram socket (on Linux) does not.
    const [header, message] = splitIPv4(data) ?? [undefined, data];
    const ttl = header?.[8] ??
      ancdata.find(([level, type]) => level === IPPROTO_IP && type === IP_TTL)
        ?.[2][0];
    if (
      message.length === 8 + payload.length && message[0] === ECHO_REPLY &&
      (message[6] << 8 | message[7]) === sequence &&
      payload.every((byte, i) => message[8 + i] === byte)
    ) return { length: message.length, ttl: ttl ?? 0 };
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
socket.setsockopt(IPPROTO_IP, IP_RECVTTL, 1);
socket.connect([address, 0]);
console.log(`PING ${host} (${address}) 56(84) bytes of data.`);
Deno.addSignalListener("SIGINT", statistics);
for (;;) {
  const start = performance.now();
  sent++;
  try {
    socket.send(echoRequest(Deno.pid & 0xffff, sent & 0xffff, payload));
    const found = answer(sent & 0xffff, start + 1000);
    const time = performance.now() - start;
    if (found !== undefined) times.push(time);
    console.log(
      found === undefined
        ? `icmp_seq=${sent}: no answer`
        : `${found.length} bytes from ${address}: ` +
          `icmp_seq=${sent} ttl=${found.ttl} time=${time.toFixed(3)} ms`,
    );
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log(`icmp_seq=${sent}: ${error.strerror}`);
  }
  if (sent >= count) statistics();
  await new Promise((resolve) => setTimeout(resolve, Number(interval) * 1000));
}
