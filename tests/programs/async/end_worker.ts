/** A Worker of `worker_ends.ts`: opens sockets, and ends in one of several ways. */

import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import * as socket from "../../../async.ts";
import { turn } from "../../support/async.ts";

const post = (message: unknown): void => {
  if (parentPort) parentPort.postMessage(message);
  else postMessage(message);
};
const close = (): void => (globalThis as unknown as Window).close();

const way = workerData ??
  decodeURIComponent(new URL(import.meta.url).hash.slice(1));
const listener = await socket.create_server(["127.0.0.1", 0]);
const address = listener.getsockname();
const accepted: socket.AsyncSocket[] = [];
const accepting = (async () => {
  for await (const [connection] of listener) {
    accepted.push(connection);
    connection.readable.pipeTo(connection.writable).catch(() => {});
  }
})();
const client = await socket.create_connection(address);
await client.sendall(new Uint8Array(1));
await client.recv(1);
const [a, b] = socket.socketpair();
const [c, d] = socket.socketpair();
const relaying = socket.relay(b, c);
await a.sendall(new Uint8Array(1));
await d.recv(1);

const closeAll = (): void => {
  for (const each of [listener, client, a, b, c, d]) each.close();
};
post(address[1]);
await turn(); // the wait is parked
const ends: Record<string, () => unknown> = {
  async "closes all, then close()"() {
    client.shutdown(socket.SHUT_WR);
    await client.recv(1);
    closeAll();
    await accepting;
    await relaying.catch(() => {});
    close();
  },
  async "close() at once after closing all"() {
    client.shutdown(socket.SHUT_WR);
    await client.recv(1);
    await turn(5); // the connection that echoes is closed
    a.close();
    d.close();
    await relaying.catch(() => {});
    await turn(5);
    closeAll();
    close();
  },
  "Deno.exit()": () => Deno.exit(),
  "process.exit()": () => process.exit(),
  "an error": () => {
    setTimeout(() => {
      throw new Error("meant to end the Worker");
    });
  },
  "close()": close,
  "terminate()": () => {},
  "by itself": () => {
    for (const each of [listener, client, b, c, ...accepted]) each.unref();
  },
};
// Deno itself leaves descriptors if a Worker ends while its module is still evaluated.
setTimeout(() => ends[way]());
