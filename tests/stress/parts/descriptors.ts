/**
 * Numbers of descriptors that others reuse: whatever closes or detaches a socket whose descriptor
 * is already closed, or collects it, never closes or reads what has the number now.
 */

import { assert, assertEquals } from "@std/assert";
import { type Address, AsyncSocket } from "../../../async.ts";
import * as async from "../../../async.ts";
import * as socket from "../../../mod.ts";
import { libc } from "../../../ffi/libc.ts";
import { openSignals } from "../../programs/async/support.ts";
import { turn } from "../../support/async.ts";
import { utf8 } from "../../support/bytes.ts";
import { beside } from "../../support/files.ts";
import { descriptorsTo, targetOf } from "../../support/descriptors.ts";
import { type Any, isError } from "../model/world.ts";
import { type PartOptions, rounds } from "../support/part.ts";
import type { Random } from "../support/random.ts";

declare const gc: () => void;

/** Whoever else has a descriptor, and how it is closed at the end. */
interface Stranger {
  readonly what: string;
  readonly close: () => void;
}

/** What gets a number that is free: a file of Deno's, or a socket of this library. */
function strangers(): Stranger[] {
  const opened: Stranger[] = [];
  const file = Deno.openSync(beside("README.md"));
  opened.push({ what: "a file of Deno's", close: () => file.close() });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  opened.push({ what: "a listener of Deno's", close: () => listener.close() });
  return opened;
}

/** The ways to give up a socket whose descriptor may be somebody else's by now. */
const endings: Record<string, (one: Any) => void> = {
  "close()": (one) => one.close(),
  "close() twice": (one) => {
    one.close();
    one.close();
  },
  "using": (one) => one[Symbol.dispose](),
  "detach()": (one) => void one.detach(),
  "collection": () => {},
  "duplicated and closed": (one) => {
    try {
      one.dup().close();
    } catch (error) {
      if (!isError(error, "EBADF")) throw error;
    }
    one.close();
  },
};

/** The ways in which a descriptor leaves its socket. */
const leavings: Record<string, (one: Any) => void> = {
  "close(fd) of this library": (one) => socket.close(one.fileno()),
  "close()": (one) => one.close(),
  "detach(), then close(fd)": (one) => socket.close(one.detach()),
};

const kindly: Record<string, () => Any> = {
  Socket: () => new socket.Socket<Address>(),
  AsyncSocket: () => new AsyncSocket<Address>(),
  "accepted": () => {
    using listener = socket.create_server(["127.0.0.1", 0]);
    using client = socket.create_connection(listener.getsockname());
    assert(client.fileno() >= 0);
    return listener.accept()[0];
  },
  "adopted": () =>
    new AsyncSocket<Address>(null, null, null, new socket.Socket().detach()),
};

/** A socket leaves its descriptor, strangers take the number, and the object ends. */
async function reuse(random: Random): Promise<void> {
  const how = random.pick(Object.keys(leavings));
  const end = random.pick(Object.keys(endings));
  const sockets = Array.from(
    { length: 1 + random.below(6) },
    () => kindly[random.pick(Object.keys(kindly))](),
  );
  const numbers = new Set(sockets.map((one) => one.fileno()));
  for (const one of sockets) leavings[how](one);
  const others = Array.from({ length: 6 }, strangers).flat();
  try {
    const before = snapshot(numbers);
    while (sockets.length > 0) endings[end](sockets.pop()!);
    for (let i = 0; i < 3; i++) {
      gc();
      await turn();
    }
    assertEquals(snapshot(numbers), before, `${how}, then ${end}`);
  } finally {
    for (const { close } of others) close();
  }
}

const snapshot = (numbers: Iterable<number>) =>
  [...numbers].map((fd) => [fd, targetOf(fd)]);

/** Closes a descriptor as C would, so that the library does not know. */
const closeUnseen = (fd: number) => assertEquals(libc.close(fd), 0);

/**
 * A descriptor is closed behind the library's back while operations wait for it, and a new socket
 * gets the number: they reject, and what the new one receives is its own.
 */
async function stolen(random: Random): Promise<void> {
  const [old, far] = await async.socketpair();
  using _far = far;
  old.settimeout(null);
  const fd = old.fileno();
  const waiting = random.chance(0.7)
    ? Array.from({ length: 1 + random.below(3) }, () => old.recv(10))
    : [];
  const outcomes = Promise.allSettled(waiting);
  if (random.chance(0.5)) await turn();
  closeUnseen(fd);
  // The lowest free number is the next one: the socket made now has it, unless Deno was faster.
  const [a, b] = random.chance(0.5)
    ? await async.socketpair()
    : socket.socketpair();
  const pair: Any[] = [a, b];
  try {
    const mine = pair.find((one) => one.fileno() === fd);
    if (mine === undefined) return;
    const its = targetOf(fd);
    const other = pair.find((one) => one !== mine)!;
    await other.sendall(utf8("mine"));
    endings[random.pick(Object.keys(endings))](old);
    gc();
    await turn();
    assertEquals(targetOf(fd), its, "the new owner's descriptor was closed");
    mine.settimeout(20);
    assertEquals(await mine.recv(10), utf8("mine"));
    for (const outcome of await outcomes) {
      if (outcome.status === "fulfilled") {
        throw new Error(`received ${outcome.value}, which was not for it`);
      }
      assert(isError(outcome.reason, "EBADF"), `${outcome.reason}`);
    }
  } finally {
    old.close();
    for (const one of pair) one.close();
  }
}

/** The finalizers of many sockets run while their numbers change hands at every moment. */
async function churn(random: Random): Promise<void> {
  const kept: Any[] = [];
  const held = new Map<Any, string>();
  for (let i = 0; i < 150; i++) {
    const one = kindly[random.pick(Object.keys(kindly))]();
    const choice = random.below(4);
    if (choice === 0) one.close();
    else if (choice === 1) socket.close(one.detach());
    else if (choice === 2) { // kept, and compared in the end
      kept.push(one);
      held.set(one, targetOf(one.fileno())!);
    } // else forgotten
    if (random.chance(0.05)) {
      gc();
      await turn();
    }
  }
  for (const one of kept) {
    assertEquals(
      targetOf(one.fileno()),
      held.get(one),
      "a finalizer closed a descriptor that was not its own",
    );
    one.close();
  }
}

const opened = () => descriptorsTo((target) => target.startsWith("socket:"));

/** Runs the part. */
export async function run(
  { random, seconds, log }: PartOptions,
): Promise<void> {
  // What this thread and Deno keep open from then on.
  openSignals();
  const [a, b] = await async.socketpair();
  // Late enough that another thread waits for it.
  setTimeout(() => b.send(utf8("x")), 100);
  await a.recv(1);
  a.close();
  b.close();
  const before = opened().length;
  const scenes = [reuse, stolen, churn];
  const count = await rounds(
    { random, seconds },
    (random) => random.pick(scenes)(random),
  );
  for (let i = 0; i < 200 && opened().length > before; i++) {
    gc();
    await turn();
  }
  assertEquals(opened().length, before, "the sockets that are open");
  log(`${count} rounds`);
}
