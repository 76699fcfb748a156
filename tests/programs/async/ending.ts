/** Waits in one of several ways, and ends the waiting. The process must then end by itself. */

import * as socket from "../../../async.ts";
import { AsyncSocket } from "../../../async.ts";
import { turn } from "../../support/async.ts";

const [near, far] = socket.socketpair();

/** Lets the reactor become idle, so that its wait is parked. */
async function parked(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

const ways: Record<string, () => Promise<unknown>> = {
  async closed() {
    const waiting = near.recv(1).catch((error) => error);
    await parked();
    near.close();
    return (await waiting).code;
  },
  async aborted() {
    const aborting = new AbortController();
    const waiting = near.recv(1, 0, aborting).catch((error) => error);
    await parked();
    aborting.abort("aborted");
    return await waiting;
  },
  async "timed out"() {
    near.settimeout(0.05);
    return await near.recv(1).catch((error) => error.message);
  },
  async detached() {
    const waiting = near.recv(1).catch((error) => error);
    await parked();
    const fd = near.detach();
    return [(await waiting).code, fd >= 0];
  },
  async unreferenced() {
    near.settimeout(1000);
    near.recv(1).then(() => console.log("received?"));
    await parked();
    near.unref();
    return "unreferenced";
  },
  async "unreferenced before"() {
    near.unref();
    near.recv(1).then(() => console.log("received?"));
    await parked();
    return "unreferenced";
  },
  async "unreferenced while another waits"() {
    const [a, b] = socket.socketpair();
    near.unref();
    const first = near.recv(1);
    const second = a.recv(1);
    await parked();
    setTimeout(() => far.send(new Uint8Array([1])), 20);
    const one = await first;
    await b.send(new Uint8Array([2]));
    return [one[0], (await second)[0]];
  },
  async "referenced again"() {
    near.unref();
    const waiting = near.recv(1);
    await parked();
    near.ref();
    const timer = setTimeout(() => far.send(new Uint8Array([7])), 50);
    Deno.unrefTimer(timer); // so only the waiting keeps the process alive
    return (await waiting)[0];
  },
  async "served though unreferenced"() {
    near.unref();
    const waiting = near.recv(1);
    setTimeout(() => far.send(new Uint8Array([7])), 20);
    const alive = setTimeout(() => {}, 20_000);
    const [byte] = await waiting;
    clearTimeout(alive);
    return byte;
  },
  async resolved() {
    const aborting = new AbortController();
    const waiting = socket.getaddrinfo("localhost", 1, 0, 0, 0, 0, aborting);
    aborting.abort("cancelled");
    return await waiting.catch((reason) => reason);
  },
  async collected() {
    await (async () => {
      const listener = await socket.create_server(["127.0.0.1", 0]);
      const client = new AsyncSocket();
      await Promise.all([
        listener.accept(),
        client.connect(listener.getsockname()),
      ]);
    })();
    return "forgotten";
  },
};

console.log(String(await ways[Deno.args[0]]()));
