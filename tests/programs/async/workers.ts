/**
 * Workers, each with its own reactor. When they are terminated while they wait, no thread is left.
 */

import * as socket from "../../../async.ts";
import { turn } from "../../support/async.ts";
import { utf8 } from "../../support/bytes.ts";
import { until } from "./support.ts";

const threads = (): number => [...Deno.readDirSync("/proc/self/task")].length;

interface Echo {
  worker: Worker;
  port: number;
  next(): Promise<unknown>;
}

async function start(): Promise<Echo> {
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    type: "module",
  });
  const next = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
  const port = await next() as number;
  return { worker, port, next };
}

async function ask(port: number): Promise<string> {
  using client = await socket.create_connection(["127.0.0.1", port]);
  await client.sendall(utf8(`to ${port}`));
  client.shutdown(socket.SHUT_WR);
  return await new Response(client.readable).text();
}

// The wait of this thread uses a thread, and takes a while to return it.
const [near, far] = socket.socketpair();
const waiting = near.recv(1);
for (let i = 0; i < 10; i++) await turn(2);
await far.send(new Uint8Array(1));
await waiting;
near.close();
far.close();
const before = threads();

const echoes = await Promise.all([start(), start(), start(), start()]);
const answers = await Promise.all(echoes.map(({ port }) => ask(port)));
console.log(answers.every((answer, i) => answer === `to ${echoes[i].port}`));
const [closing, ...ending] = echoes;
const over = closing.next();
closing.worker.postMessage("close");
console.log(await over);
closing.worker.terminate();
for (const { worker } of ending) worker.terminate();
// One more thread may be that of this thread's wait, which Deno keeps for a while.
await until("their threads end", () => threads() <= before + 1);
