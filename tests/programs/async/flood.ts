/** Floods sockets in one of several ways. Prints how late a timer was at most, in milliseconds. */

import * as socket from "../../../async.ts";
import { AsyncSocket } from "../../../async.ts";

let running = true;
const chunk = new Uint8Array(0x10000);

async function pump(): Promise<void> {
  const [a, b] = socket.socketpair();
  const sending = (async () => {
    while (running) await a.send(chunk);
    a.close();
  })();
  while ((await b.recv(0x10000)).length > 0);
  b.close();
  await sending;
}

const ways: Record<string, () => Promise<unknown>> = {
  stream: pump,
  streams: () => Promise.all(Array.from({ length: 50 }, pump)),
  async datagrams() {
    const a = new AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
    a.bind(["127.0.0.1", 0]);
    const to = a.getsockname();
    while (running) {
      await a.sendto(chunk.subarray(0, 100), to);
      await a.recvfrom(100);
    }
    a.close();
  },
  async "all at once"() {
    const [a, b] = socket.socketpair();
    const receiving = (async () => {
      while ((await b.recv(1 << 20)).length > 0);
    })();
    while (running) await a.sendall(new Uint8Array(1 << 26));
    a.close();
    await receiving;
    b.close();
  },
  async "to another process"() {
    const listener = await socket.create_server(["127.0.0.1", 0]);
    const [, port] = listener.getsockname();
    const reader = new Deno.Command("bash", {
      args: ["-c", `exec cat </dev/tcp/127.0.0.1/${port} >/dev/null`],
    }).spawn();
    const [connection] = await listener.accept();
    const data = new Uint8Array(1 << 28);
    while (running) await connection.sendall(data);
    connection.close();
    listener.close();
    await reader.status;
  },
  async thousands() {
    const pairs = Array.from({ length: 2000 }, () => socket.socketpair());
    const receiving = pairs.map(async ([a]) => {
      while ((await a.recv(1)).length > 0);
      a.close();
    });
    while (running) {
      for (const [, b] of pairs) await b.send(chunk.subarray(0, 1));
    }
    for (const [, b] of pairs) b.close();
    await Promise.all(receiving);
  },
  async web() {
    const [a, b] = socket.socketpair();
    const writer = a.writable.getWriter();
    const receiving = (async () => {
      for await (const _ of b.readable);
    })();
    while (running) await writer.write(chunk);
    await writer.close();
    await receiving;
    a.close();
    b.close();
  },
};

const flooding = ways[Deno.args[0]]();
let worst = 0;
for (let i = 0; i < 60; i++) {
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  worst = Math.max(worst, performance.now() - began - 5);
}
running = false;
await flooding;
console.log(worst.toFixed(1));
