/**
 * Runs many connections through an echo server in one process. At the end there must be no more
 * descriptors, and about as much memory in use, as after the first thousand connections.
 *
 *     deno run --allow-ffi --allow-read --v8-flags=--expose-gc bench/soak.ts [connections] [seconds]
 *
 * The defaults are 200,000 connections, and 600 seconds at most. Exits with status 1 after a leak.
 */

import * as socket from "../async.ts";

const [total = 200_000, seconds = 600] = Deno.args.map(Number);
const FIRST = 1000;
const CLIENTS = 50;
/**
 * How much memory may grow, in bytes. Under load, the garbage collector lets the heap grow, and the
 * process with it; the memory in use after a collection says more, and hardly grows.
 */
const TOLERANCE = { rss: 128 << 20, used: 4 << 20 };

const message = crypto.getRandomValues(new Uint8Array(1024));
const listener = await socket.create_server(["", 0]);
const [, port] = listener.getsockname();

async function serve(): Promise<void> {
  for await (const [connection] of listener) {
    connection.readable.pipeTo(connection.writable).catch(() => {
      connection.close();
    });
  }
}

/** Makes one connection, each to another loopback address, so that local ports do not run out. */
async function talk(i: number): Promise<void> {
  using client = await socket.create_connection([
    `127.0.${i >> 8 & 0x7f}.${(i & 0x7f) + 1}`,
    port,
  ]);
  await client.sendall(message);
  client.shutdown(socket.SHUT_WR);
  let came = 0;
  for (let data; (data = await client.recv(4096)).length > 0;) {
    came += data.length;
  }
  if (came !== message.length) throw new Error(`${came} bytes came back`);
}

let next = 0;
const deadline = performance.now() + seconds * 1000;

/** Runs several clients at once, until `end` connections have been made. */
async function connections(end: number): Promise<void> {
  const client = async (): Promise<void> => {
    while (next < end && performance.now() < deadline) await talk(next++);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

interface State {
  descriptors: number;
  rss: number;
  used: number;
}

/** Returns what is in use after garbage collection, once the server has closed its connections. */
async function settled(most = Infinity): Promise<State> {
  for (let round = 0;; round++) {
    (globalThis as unknown as { gc?(): void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const descriptors = [...Deno.readDirSync("/proc/self/fd")].length;
    const { rss, heapUsed } = Deno.memoryUsage();
    // Deno itself opens a pair of sockets half a second after it starts.
    if (round >= 19 && (descriptors <= most || round >= 100)) {
      return { descriptors, rss, used: heapUsed };
    }
  }
}

const serving = serve();
await connections(Math.min(FIRST, total));
const before = await settled();
const began = performance.now();
await connections(total);
const took = performance.now() - began;
const after = await settled(before.descriptors);
listener.close();
await serving;

const mebibytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(1);
console.log(
  `${next} connections, ${
    Math.round((next - FIRST) / took * 1000)
  } a second\n` +
    `descriptors: ${before.descriptors}, then ${after.descriptors}\n` +
    `memory: ${mebibytes(before.rss)} MiB, then ${mebibytes(after.rss)} MiB\n` +
    `of it in use: ${mebibytes(before.used)} MiB, then ${
      mebibytes(after.used)
    } MiB`,
);
if (
  after.descriptors > before.descriptors ||
  after.rss > before.rss + TOLERANCE.rss ||
  after.used > before.used + TOLERANCE.used
) {
  console.error("Something leaks");
  Deno.exitCode = 1;
}
