/**
 * Sends ICMP echo requests and tells how long the answers take. The socket is a datagram socket of
 * ICMP where the system lets this user have one, else a raw one, which needs privileges. Ctrl-C ends
 * it, with the statistics.
 *
 *     deno run --allow-ffi examples/ping.ts [-c count] [-i seconds] host
 *
 * It sends until Ctrl-C, one a second, if left out.
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
  TimeoutError,
} from "../mod.ts";
import { integerIn, options, usage } from "./support/arguments.ts";
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

/** What shows that an answer is to our own requests: a raw socket gets those of others too. */
const payload = crypto.getRandomValues(new Uint8Array(56));

/** Waits for the answer to a request; gives its length and its TTL. */
function answer(sequence: number, deadline: number): [number, number] {
  for (;;) {
    socket.settimeout(Math.max(deadline - performance.now(), 1) / 1000);
    const [data, ancdata] = socket.recvmsg(1500, 64);
    // A raw socket gives the IP header too, a datagram socket (on Linux) does not.
    const [header, message] = splitIPv4(data) ?? [undefined, data];
    const ttl = header?.[8] ??
      ancdata.find(([level, type]) => level === IPPROTO_IP && type === IP_TTL)
        ?.[2][0];
    if (
      message.length === 8 + payload.length && message[0] === ECHO_REPLY &&
      (message[6] << 8 | message[7]) === sequence &&
      payload.every((byte, i) => message[8 + i] === byte)
    ) return [message.length, ttl ?? 0];
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
    const [length, ttl] = answer(sent & 0xffff, start + 1000);
    const time = performance.now() - start;
    times.push(time);
    console.log(
      `${length} bytes from ${address}: icmp_seq=${sent} ttl=${ttl} time=${
        time.toFixed(3)
      } ms`,
    );
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    const why = error instanceof TimeoutError ? "no answer" : error.strerror;
    console.log(`icmp_seq=${sent}: ${why}`);
  }
  if (sent >= count) statistics();
  await new Promise((resolve) => setTimeout(resolve, Number(interval) * 1000));
}
