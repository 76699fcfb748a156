/**
 * Workers that end in one of several ways. Prints whether they left descriptors, whether the port
 * of the last one is free, and whether a thread is left that waits for what will never come.
 */

import * as threads from "node:worker_threads";
import * as socket from "../../../mod.ts";
import { turn } from "../../support/async.ts";
import { descriptorsTo } from "../../support/descriptors.ts";

const [kind, way] = Deno.args;
const url = new URL("end_worker.ts", import.meta.url);

/** The descriptors of sockets and of what a poller and a pipe are made of. */
const opened = (): number =>
  descriptorsTo((to) => /^(socket|pipe|anon_inode:\[eventpoll\])/.test(to))
    .length;
const taskCount = (): number => [...Deno.readDirSync("/proc/self/task")].length;

/** Runs a Worker until it has ended. Returns its port. */
async function run(): Promise<number> {
  const port = Promise.withResolvers<number>();
  if (kind === "node") {
    const worker = new threads.Worker(url, { workerData: way });
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.on("error", () => {});
    worker.once("message", port.resolve);
    await port.promise;
    if (way === "terminate()") {
      await turn(5);
      await worker.terminate();
    }
    await ended;
  } else {
    url.hash = way;
    const worker = new Worker(url, { type: "module" });
    worker.onerror = (event) => event.preventDefault();
    worker.onmessage = ({ data }) => port.resolve(data);
    await port.promise;
    if (way === "terminate()") {
      await turn(5);
      worker.terminate();
    }
  }
  return port.promise;
}

/** Waits until a number no longer changes. */
async function settled(count: () => number): Promise<number> {
  let last = count();
  for (let same = 0; same < 40; same++) {
    await turn(10);
    const now = count();
    if (now !== last) same = 0;
    last = now;
  }
  return last;
}

const WORKERS = 5;
await run(); // the first one makes Deno open what it keeps
const before = await settled(opened);
const tasks = taskCount();
let port = 0;
for (let i = 0; i < WORKERS; i++) port = await run();
const left = await settled(opened) - before;
console.log(left > 0 ? "descriptors are left" : "no descriptor is left");

using probe = new socket.Socket();
console.log(probe.connect_ex(["127.0.0.1", port]) === 0 ? "taken" : "free");

// A parked wait ends within a second, and Deno ends a thread that is idle for ten.
for (let i = 0; taskCount() > tasks && i < 300; i++) await turn(100);
console.log(taskCount() > tasks ? "threads are left" : "no thread is left");
