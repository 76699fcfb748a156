/** Clients that mean harm, honest ones among them, and what a server must bear. */

import { AsyncSocket } from "../../../async.ts";
import {
  encodeLinger,
  OSError,
  SHUT_WR,
  SO_LINGER,
  SOL_SOCKET,
} from "../../../mod.ts";
import { ours, type Program } from "../../examples/programs.ts";
import { text } from "../../support/bytes.ts";
import { type PartOptions, SEED_LINE } from "../support/part.ts";
import { Random } from "../support/random.ts";

/** How long an honest client may wait, in seconds. */
export const PATIENCE = 30;
/** How much memory a server may have, in MiB. */
const MOST = 512;
/** How much a server may grow from the second third of its time to the last, in MiB … */
const GROWTH = 64;
/** … if its time is at least so many seconds: before that, the heap has not reached its size. */
const LONG = 10;

/**
 * How many descriptors a server may open for itself in the course of all rounds: the first time
 * that it is busy, a pair of Unix sockets is made. A connection that is left open in one round out
 * of ten exceeds that soon.
 */
const OWN = 4;

/** An example that serves. */
export interface Target {
  readonly name: string;
  readonly args: string[];
  /** What an honest client sends, and must find in the answer. */
  readonly request: Uint8Array;
  readonly answer: string;
  /** Makes bytes that mean harm. */
  hostile(random: Random): Uint8Array;
  /** How many clients a round has at most; 40 if left out. */
  readonly clients?: number;
  /** How many of them stay without a word, from 0 to 1; a tenth if left out. */
  readonly staying?: number;
  /** One round, if it is not clients that mean harm, and then an honest one. */
  round?(server: Program, port: number, random: Random): Promise<void>;
  /** Whether a server is started for each round, serves one client and ends. */
  readonly servesOne?: boolean;
  /** Starts the server, if not as an example is started. */
  start?(): Program;
}

/** Runs a call of a client; that the server ends its connection is no failure. */
export async function bearing(call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
  }
}

async function connected(port: number): Promise<AsyncSocket> {
  const socket = new AsyncSocket();
  try {
    socket.settimeout(PATIENCE);
    await socket.connect(["127.0.0.1", port]);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** One client that means harm. Returns its socket if it stays. */
async function harm(
  { hostile, staying = 0.1 }: Target,
  port: number,
  random: Random,
): Promise<AsyncSocket | undefined> {
  const stays = random.chance(staying);
  const resets = random.chance(0.4);
  const halfCloses = random.chance(0.3);
  const reads = random.chance(0.5);
  const all = hostile(random);
  const sent = random.chance(0.3)
    ? all.subarray(0, random.below(all.length + 1))
    : all;
  const socket = await connected(port);
  socket.settimeout(0.2);
  await bearing(() => socket.sendall(sent));
  if (halfCloses) await bearing(() => socket.shutdown(SHUT_WR));
  if (reads) {
    await bearing(async () => {
      const said = text(await socket.recv(100_000));
      if (/^root:/m.test(said)) throw new Error(`it sent ${said}`);
    });
  }
  if (stays) return socket;
  if (resets) {
    await bearing(() =>
      socket.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0))
    );
  }
  await bearing(() => socket.close());
  return undefined;
}

/** An honest client, which must be served. */
async function honest(
  { name, request, answer }: Target,
  port: number,
): Promise<void> {
  using socket = await connected(port);
  await socket.sendall(request);
  let said = "";
  while (!said.includes(answer)) {
    const data = await socket.recv(65_536);
    if (data.length === 0) {
      throw new Error(`${name} said ${JSON.stringify(said.slice(0, 200))}`);
    }
    said += text(data);
  }
}

/** A flood of clients that mean harm, and then an honest one. */
async function flood(
  target: Target,
  port: number,
  random: Random,
): Promise<void> {
  const clients = Array.from(
    { length: 1 + random.below(target.clients ?? 40) },
    () => harm(target, port, random),
  );
  const staying = await Promise.all(clients);
  try {
    await honest(target, port);
  } finally {
    for (const socket of staying) socket?.close();
  }
}

/** What a process holds: descriptors, and memory in MiB. `undefined` where /proc does not say. */
function held(
  { pid }: Program,
): { descriptors: number; memory: number } | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return {
    descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    memory: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024,
  };
}

/** Waits until a server has no more descriptors than before, and a few of its own. */
async function released(
  name: string,
  server: Program,
  before: number,
): Promise<void> {
  const end = performance.now() + PATIENCE * 1000;
  for (;;) {
    const now = held(server)?.descriptors ?? 0;
    if (now <= before + OWN) return;
    if (performance.now() > end) {
      throw new Error(`${name} has ${now} descriptors, not ${before}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The port that a server says it listens on, or 0 if it says none. */
async function portOf(server: Program): Promise<number> {
  const printed = /Listening on .*?(?:, (\d+)\D|\n)/;
  const [, port] = await Promise.race([
    server.out.until(printed),
    server.err.until(printed),
  ]);
  return Number(port ?? 0);
}

/** A small heap, so that what is kept for ever is soon too much, and the rest soon stays the same. */
const env = { DENO_V8_FLAGS: "--max-old-space-size=80" };

const start = ({ name, args, start }: Target) =>
  start?.() ?? ours(name, args, { env });

/** A server that serves one client, and must end as if nothing had happened. */
async function single(target: Target, random: Random): Promise<void> {
  await using server = start(target);
  const port = await portOf(server);
  const isHonest = random.chance(0.2);
  if (isHonest) await honest(target, port);
  else (await harm(target, port, random))?.close();
  const { code, signal, err } = await server.end();
  if (code !== 0) {
    throw new Error(`${target.name} ended with ${signal ?? code}: ${err}`);
  }
}

/**
 * Runs rounds against one server. Memory must be flat, and descriptors must be closed.
 *
 * @param step the distance of the rounds' seeds: each target has seeds of its own
 */
export async function attack(
  { random: { seed }, seconds, log }: PartOptions,
  target: Target,
  step: number,
): Promise<void> {
  const { name } = target;
  const begun = performance.now();
  const isOver = () => performance.now() > begun + seconds * 1000;
  let count = 0;
  const next = () => {
    const round = (seed + step * count++) % 2 ** 32;
    console.log(SEED_LINE + round);
    return new Random(round);
  };
  if (target.servesOne) {
    do await single(target, next()); while (!isOver());
    return log(`${name}: ${count} rounds`);
  }
  await using server = start(target);
  const port = await portOf(server);
  const round = async () => {
    const random = next();
    if (target.round) await target.round(server, port, random);
    else await flood(target, port, random);
  };
  const memory = [Infinity, Infinity, Infinity]; // the least in each third of the time
  try {
    await round();
    const before = held(server)?.descriptors ?? 0;
    do {
      await round();
      await released(name, server, before);
      const third = Math.floor((performance.now() - begun) / seconds / 334);
      const at = Math.min(third, 2);
      memory[at] = Math.min(memory[at], held(server)?.memory ?? Infinity);
    } while (!isOver());
  } catch (error) {
    console.log(server.out.text.slice(-500), server.err.text.slice(-2000));
    throw error;
  }
  log(`${name}: ${count} rounds, ${memory.map(Math.round).join(", ")} MiB`);
  const [, middle, last] = memory;
  if (last !== Infinity && last > MOST) {
    throw new Error(`${name} has ${last} MiB`);
  }
  if (seconds >= LONG && last - middle > GROWTH) {
    throw new Error(`${name} has grown from ${middle} MiB to ${last} MiB`);
  }
}
