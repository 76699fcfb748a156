/**
 * Calls that are really interrupted by signals: a timer sends SIGURG every few milliseconds, and
 * the C library is told that its handler does not restart system calls. The main thread blocks in
 * each call, and a Worker provides what it waits for. Prints one line of JSON for each call.
 */

import * as socket from "../../mod.ts";

// A signal that does nothing by default, whatever happens to its handler.
const SIGURG = 23;
const CLOCK_MONOTONIC = 1;
const EVERY_NANOSECONDS = 2_000_000n;

const libc = Deno.dlopen("libc.so.6", {
  siginterrupt: { parameters: ["i32", "i32"], result: "i32" },
  timer_create: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  timer_settime: {
    parameters: ["u64", "i32", "buffer", "buffer"],
    result: "i32",
  },
  recv: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
}).symbols;

// The handler itself never gets to run JavaScript while this thread blocks.
Deno.addSignalListener("SIGURG", () => {});
libc.siginterrupt(SIGURG, 1);

const sigevent = new Uint8Array(64);
new DataView(sigevent.buffer).setInt32(8, SIGURG, true); // sigev_signo
const timer = new BigUint64Array(1);
libc.timer_create(CLOCK_MONOTONIC, sigevent, timer);

function everyNanoseconds(interval: bigint): void {
  const times = new BigInt64Array([0n, interval, 0n, interval]);
  libc.timer_settime(timer[0], 0, new Uint8Array(times.buffer), null);
}

/** What the Worker does to the other end, some time after the main thread has blocked. */
export interface Task {
  readonly what: "send" | "connect" | "accept" | "drain";
  readonly fd: number;
  readonly address?: [string, number];
}

const helper = new Worker(new URL("./delayed.ts", import.meta.url), {
  type: "module",
});
await new Promise((ready) => helper.onmessage = ready);
const later = (task: Task): void => helper.postMessage(task);

/** Whether a blocked call returns early if we do not retry it. */
function interruptedBare(fd: number): boolean {
  return libc.recv(fd, new Uint8Array(1), 1, 0) === -1;
}

function measured(call: () => unknown): { result: string; seconds: number } {
  const began = performance.now();
  let result: string;
  try {
    result = String(call());
  } catch (error) {
    result = `${(error as Error).name}: ${(error as Error).message}`;
  }
  return { result, seconds: (performance.now() - began) / 1000 };
}

const report = (call: string, outcome: unknown): void =>
  console.log(JSON.stringify([call, outcome]));

const [a, b] = socket.socketpair();
const listener = socket.create_server(["127.0.0.1", 0]);
const [full, drained] = socket.socketpair();

everyNanoseconds(EVERY_NANOSECONDS);
report("bare recv is interrupted", interruptedBare(b.fileno()));

later({ what: "send", fd: a.fileno() });
report("recv", measured(() => b.recv(8)));

b.settimeout(30);
later({ what: "send", fd: a.fileno() });
report("recv with a timeout", measured(() => b.recv(8)));

b.settimeout(0.3);
report("recv that times out", measured(() => b.recv(8)));

later({ what: "connect", fd: -1, address: listener.getsockname() });
report("accept", measured(() => listener.accept()[1][0]));

// A blocking connect to a Unix listener whose queue is full waits, and is lost when interrupted.
const unix = new socket.Socket(socket.AF_UNIX);
unix.bind(Deno.args[0]);
unix.listen(0);
new socket.Socket(socket.AF_UNIX).connect(Deno.args[0]);
const patient = new socket.Socket(socket.AF_UNIX);
later({ what: "accept", fd: unix.fileno() });
report(
  "connect to a Unix socket",
  measured(() => (patient.connect(Deno.args[0]), patient.getpeername())),
);

// An interrupted TCP connect goes on by itself: this one until the queue has room.
const busy = new socket.Socket();
busy.bind(["127.0.0.1", 0]);
busy.listen(0);
new socket.Socket().connect(busy.getsockname());
const connecting = new socket.Socket();
later({ what: "accept", fd: busy.fileno() });
report(
  "connect",
  measured(
    () => (connecting.connect(busy.getsockname()), connecting.getpeername()[0]),
  ),
);

const data = new Uint8Array(1 << 22);
later({ what: "drain", fd: drained.fileno() });
report("sendall", measured(() => full.sendall(data)));

drained.settimeout(0.3);
full.settimeout(0.3);
report("sendall that times out", measured(() => full.sendall(data)));

using queued = new DisposableStack();
const deaf = new socket.Socket();
deaf.bind(["127.0.0.1", 0]);
deaf.listen(0);
for (let i = 0; i < 4; i++) {
  const filler = queued.use(new socket.Socket());
  filler.setblocking(false);
  filler.connect_ex(deaf.getsockname());
}
const late = new socket.Socket();
late.settimeout(0.3);
report(
  "connect that times out",
  measured(() => late.connect(deaf.getsockname())),
);

everyNanoseconds(0n);
helper.terminate();
