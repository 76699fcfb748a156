/**
 * Is interrupted again and again while data flows: a Worker sends a sequence without a pause, and a
 * timer sends SIGURG every millisecond, whose handler does not restart system calls. Prints a line
 * at the beginning of each round, which is the time to press Ctrl-C, and what it was interrupted in.
 */

import * as socket from "../../mod.ts";
import { ordinal } from "./sequence.ts";

const rounds = Number(Deno.args[0]);

const SIGURG = 23;
const CLOCK_MONOTONIC = 1;
const EVERY_NANOSECONDS = 1_000_000n;
const libc = Deno.dlopen("libc.so.6", {
  siginterrupt: { parameters: ["i32", "i32"], result: "i32" },
  timer_create: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  timer_settime: {
    parameters: ["u64", "i32", "buffer", "buffer"],
    result: "i32",
  },
}).symbols;
const rain = (): void => {};
Deno.addSignalListener("SIGURG", rain);
libc.siginterrupt(SIGURG, 1);
const sigevent = new Uint8Array(64);
new DataView(sigevent.buffer).setInt32(8, SIGURG, true); // sigev_signo
const timer = new BigUint64Array(1);
libc.timer_create(CLOCK_MONOTONIC, sigevent, timer);
const times = new BigInt64Array([
  0n,
  EVERY_NANOSECONDS,
  0n,
  EVERY_NANOSECONDS,
]);
libc.timer_settime(timer[0], 0, new Uint8Array(times.buffer), null);

const [idle, unused] = socket.socketpair();
const [reading, writing] = socket.socketpair();
const interrupter = new socket.Interrupter();
const worker = new Worker(new URL("./sending.ts", import.meta.url), {
  type: "module",
});
const total = new Promise<number>((resolve) => {
  worker.onmessage = ({ data }) => resolve(data);
});
worker.postMessage({ fd: writing.detach(), handle: interrupter.handle });

const buffer = new Uint8Array(5000);
let received = 0;
function receive(): number {
  const count = reading.recv_into(buffer, 1 + received % buffer.length);
  for (let i = 0; i < count; i++) {
    if (buffer[i] !== ordinal(received)) {
      throw new Error(`byte ${received} is lost`);
    }
    received++;
  }
  return count;
}

for (let round = 0; round < rounds; round++) {
  let doing = "";
  try {
    using _ = socket.interruptible();
    console.log(`round ${round}`);
    if (round % 3 === 0) {
      doing = "idle";
      idle.recv(1);
    }
    doing = "receiving";
    for (;;) receive();
  } catch (error) {
    if (!(error instanceof socket.KeyboardInterrupt)) throw error;
    console.log(doing);
  }
}

// The Worker is blocked as soon as nothing is received any more.
interrupter.interrupt();
const sent = await total;
while (receive() > 0);
console.log(sent === received ? "complete" : `${received} of ${sent}`);
worker.terminate();
Deno.removeSignalListener("SIGURG", rain);
unused.close();
Deno.exit();
