/**
 * Eight Workers that serve connections and hand their descriptors around, while others are
 * interrupted or ended in mid-call: what remains open is what the documentation says.
 */

import { assert, assertEquals } from "@std/assert";
import * as async from "../../../async.ts";
import * as socket from "../../../mod.ts";
import { openSignals } from "../../programs/async/support.ts";
import { turn } from "../../support/async.ts";
import { descriptorsTo, targetOf } from "../../support/descriptors.ts";
import { needs } from "../../support/requires.ts";
import { type PartOptions, rounds } from "../support/part.ts";
import type { Random } from "../support/random.ts";

/** What a Worker is to do with a descriptor. */
export interface Task {
  readonly id: number;
  readonly fd: number;
  readonly awaiting: boolean;
  /** After how many chunks to give the descriptor back. */
  readonly chunks: number;
  /** Who interrupts it, if anybody does. */
  readonly handle?: socket.InterrupterHandle;
}

/** What a Worker reports: that a task has begun, and its descriptor at the end, -1 if closed. */
interface Report {
  readonly id: number;
  readonly fd?: number;
}

const WORKERS = 8;
const CHUNK = 1000;
const url = new URL("../programs/isolate.ts", import.meta.url);

/** How long a Worker may take, in milliseconds: far longer than it does. */
const PATIENCE = 60_000;

/** Waits for a promise, and rejects with what is wrong if it takes too long. */
async function inTime<T>(wrong: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(wrong)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A Worker, and the tasks that it has not finished. */
class Isolate {
  readonly #worker = new Worker(url, { type: "module" });
  readonly #begun = new Map<number, () => void>();
  readonly #done = new Map<number, (fd: number) => void>();
  failure: string | undefined;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Report>) => {
      if (data.fd === undefined) this.#begun.get(data.id)!();
      else this.#done.get(data.id)!(data.fd);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.failure = event.message;
    };
  }

  /** Gives it a task. */
  start(task: Task): { begun: Promise<void>; done: Promise<number> } {
    const begun = new Promise<void>((resolve) =>
      this.#begun.set(task.id, resolve)
    );
    const done = new Promise<number>((resolve) =>
      this.#done.set(task.id, resolve)
    );
    this.#worker.postMessage(task);
    return {
      begun: inTime("a Worker does not begin", begun),
      // A task that is ended may never be done: who waits for one says so.
      done,
    };
  }

  /** Has it return, as the documentation says that Workers should end. */
  async end(): Promise<void> {
    const done = new Promise<number>((resolve) => this.#done.set(-1, resolve));
    this.#worker.postMessage("end");
    await inTime("a Worker does not end", done);
  }

  terminate(): void {
    this.#worker.terminate();
  }
}

let nextId = 0;

/** Sends chunks and checks what comes back. */
async function use(
  one: async.AsyncSocket<socket.Address>,
  chunks: number,
  random: Random,
): Promise<void> {
  for (let i = 0; i < chunks; i++) {
    const data = random.bytes(CHUNK);
    await one.sendall(data);
    assertEquals(await one.recv(CHUNK, socket.MSG_WAITALL), data);
  }
}

/** One connection, which goes from Worker to Worker. */
async function travel(isolates: Isolate[], random: Random): Promise<void> {
  const [near, far] = await async.socketpair();
  using _ = near;
  near.settimeout(60);
  let fd = far.detach();
  const identity = targetOf(fd);
  for (let hops = 1 + random.below(5); hops > 0; hops--) {
    const chunks = 1 + random.below(10);
    const { done } = random.pick(isolates)
      .start({ id: nextId++, fd, awaiting: random.chance(0.6), chunks });
    await use(near, chunks, random);
    assertEquals(await inTime("a Worker keeps a descriptor", done), fd);
    assertEquals(targetOf(fd), identity);
  }
  const { done } = random.pick(isolates)
    .start({ id: nextId++, fd, awaiting: true, chunks: 1000 });
  await use(near, 2, random);
  near.shutdown(socket.SHUT_WR);
  assertEquals((await near.recv(1)).length, 0);
  assertEquals(await inTime("a Worker sees no end", done), -1);
  fd = -1;
}

/** Starts a Worker that serves a connection, and waits until it does. */
async function serving(
  random: Random,
  how: Pick<Task, "awaiting"> & Partial<Task>,
) {
  const [near, far] = await async.socketpair();
  near.settimeout(60);
  const identity = targetOf(far.fileno())!;
  const isolate = new Isolate();
  const task = { id: nextId++, fd: far.detach(), chunks: 1 << 30, ...how };
  const { begun, done } = isolate.start(task);
  await begun;
  await use(near, 1 + random.below(3), random);
  const count = () => descriptorsTo((target) => target === identity).length;
  return { near, isolate, task, done, count };
}

/** An awaiting Worker is ended: its socket stays open, and its peer sees no end. */
async function endAwaiting(random: Random): Promise<void> {
  const { near, isolate, task, count } = await serving(random, {
    awaiting: true,
  });
  using _ = near;
  isolate.terminate();
  await turn(20);
  assertEquals(count(), 1, "the socket of an awaiting Worker stays");
  near.settimeout(0.05);
  const outcome = await near.recv(1).catch((error) => error);
  assert(outcome instanceof socket.TimeoutError, `${outcome}`);
  socket.close(task.fd); // or it stays for as long as this process
  near.settimeout(60);
  assertEquals((await near.recv(1)).length, 0);
}

/** A blocked Worker goes on although it is ended, and ends when its call does. */
async function endBlocked(random: Random): Promise<void> {
  const { near, isolate, count } = await serving(random, { awaiting: false });
  using _ = near;
  isolate.terminate();
  await turn(20);
  await use(near, 2, random);
  near.shutdown(socket.SHUT_WR);
  assertEquals((await near.recv(1)).length, 0);
  for (let i = 0; i < 500 && count() > 0; i++) await turn(10);
  assertEquals(count(), 0, "it closes its socket and returns");
}

/** A blocked Worker is interrupted: it closes its socket and is done. */
async function interrupt(random: Random): Promise<void> {
  using interrupter = new socket.Interrupter();
  const { near, isolate, done, count } = await serving(random, {
    awaiting: false,
    handle: interrupter.handle,
  });
  using _ = near;
  interrupter.interrupt();
  assertEquals(await inTime("a Worker is not interrupted", done), -1);
  assertEquals(count(), 0);
  assertEquals((await near.recv(1)).length, 0);
  await isolate.end();
}

const sockets = () => descriptorsTo((to) => /^socket:/.test(to)).length;

/** Runs the part. */
export async function run(
  { random, seconds, log }: PartOptions,
): Promise<void> {
  if (!needs.linux.isMet) return log("skipped: needs Linux");
  openSignals();
  const isolates = Array.from({ length: WORKERS }, () => new Isolate());
  const [a, b] = await async.socketpair();
  setTimeout(() => b.send(new Uint8Array(1)), 100);
  await a.recv(1); // opens the poller of this thread
  a.close();
  b.close();
  const before = sockets();
  let journeys = 0;
  let endings = 0;
  let left = 0;
  const endingWays = [endBlocked, interrupt, endAwaiting];
  await rounds({ random, seconds }, async (random) => {
    const ending = random.chance(0.5) ? random.pick(endingWays) : undefined;
    const count = 1 + random.below(6);
    // A Worker that blocks serves nobody else: one journey at a time may use it.
    for (let i = 0; i < count; i++) await travel(isolates, random);
    await Promise.all(
      Array.from({ length: WORKERS }, (_, i) => travel([isolates[i]], random)),
    );
    journeys += count + WORKERS;
    if (ending !== undefined) {
      try {
        await ending(random);
      } catch (error) {
        throw new Error(ending.name, { cause: error });
      }
      endings++;
      if (ending === endAwaiting) left++;
    }
    for (const { failure } of isolates) {
      if (failure !== undefined) throw new Error(failure);
    }
  });
  for (const isolate of isolates) await isolate.end();
  // Each Worker that was ended while it awaited leaves its poller, with a pair of sockets.
  for (let i = 0; i < 500 && sockets() > before + 2 * left; i++) await turn(10);
  const more = sockets() - before;
  assert(more <= 2 * left, `${more} sockets more than before, ${left} Workers`);
  log(
    `${journeys} journeys, ${endings} Workers ended, ${left} of them awaiting; ` +
      `${more} sockets are left`,
  );
}
