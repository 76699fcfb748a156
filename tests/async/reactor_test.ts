/** The reactor: with a scripted poller, and with the pollers of every system. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/libc.ts";
import type { Poller } from "../../poll/base.ts";
import {
  DONE,
  NEXT_TURN,
  Reactor,
  type Waiter,
  WHEN_READY,
} from "../../async/reactor.ts";
import * as socket from "../../async.ts";
import { type Address, AsyncSocket, OSError } from "../../async.ts";
import { E_BAD_SOCKET } from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { beside } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";
import { turn } from "../support/async.ts";
import { asyncSocketPair } from "../support/pairs.ts";

/** A poller that reports what the test says, and records its calls. */
class Scripted implements Poller {
  readonly fd = -1;
  readonly log: string[] = [];
  readonly ready: [fd: number, flags: number][] = [];
  #list: [fd: number, flags: number][] = [];
  #parked: PromiseWithResolvers<number> | undefined;

  register(fd: number): void {
    this.log.push(`register ${fd}`);
  }
  modify(): void {}
  /** Descriptors that were closed behind the poller's back. */
  readonly lost = new Set<number>();
  unregister(fd: number): boolean {
    this.log.push(`unregister ${fd}`);
    return !this.lost.delete(fd);
  }
  wait(): number {
    this.#list = this.ready.splice(0);
    return this.#list.length;
  }
  waitBriefly(): number {
    this.log.push("wait briefly");
    return this.wait();
  }
  arm(fd: number, interest: number): void {
    this.log.push(`arm ${fd} ${interest}`);
  }
  park(): Promise<number> {
    this.log.push("park");
    this.#parked = Promise.withResolvers();
    return this.#parked.promise;
  }
  wake(): void {
    this.log.push("wake");
    const parked = this.#parked;
    this.#parked = undefined;
    parked?.resolve(this.wait());
  }
  fdAt(at: number): number {
    return this.#list[at][0];
  }
  flagsAt(at: number): number {
    return this.#list[at][1];
  }
  readableAt(at: number): boolean {
    return (this.flagsAt(at) & 1) !== 0;
  }
  writableAt(at: number): boolean {
    return (this.flagsAt(at) & 2) !== 0;
  }
  close(): void {}
}

/** A waiter whose attempts have the given results, in turn. */
class Scribe implements Waiter {
  readonly #says: number[];
  readonly #log: string[];
  readonly #name: string;
  constructor(log: string[], name: string, ...says: number[]) {
    this.#log = log;
    this.#name = name;
    this.#says = says;
  }
  attempt(): number {
    this.#log.push(this.#name);
    return this.#says.shift() ?? DONE;
  }
  forgotten(): void {
    this.#log.push(`${this.#name} closed`);
  }
}

function setUp(): { poller: Scripted; reactor: Reactor; log: string[] } {
  const poller = new Scripted();
  return { poller, reactor: new Reactor(() => poller), log: poller.log };
}

Deno.test("a descriptor is registered once, and armed for who waits", async () => {
  const { poller, reactor, log } = setUp();
  const watch = reactor.watch(5);
  reactor.add(watch, "read", new Scribe(log, "a", WHEN_READY), WHEN_READY);
  reactor.add(watch, "write", new Scribe(log, "b"), WHEN_READY);
  await turn();
  await turn();
  assertEquals(log.splice(0), ["register 5", "arm 5 1", "arm 5 2", "park"]);
  poller.ready.push([5, 3]);
  poller.wake();
  await turn();
  await turn();
  assertEquals(log.splice(0), ["wake", "a", "arm 5 1", "b", "park"]);
  poller.ready.push([5, 1]);
  poller.wake();
  await turn();
  assertEquals(log.splice(0), ["wake", "a"], "nobody waits, nothing is parked");
});

Deno.test("who watches for a failure sees only what may be one", async () => {
  const { poller, reactor, log } = setUp();
  const watch = reactor.watch(5);
  const watching = new Scribe(log, "f", WHEN_READY, WHEN_READY);
  reactor.add(watch, "failure", watching, WHEN_READY);
  await turn();
  await turn();
  assertEquals(log.splice(0), ["register 5", "park"], "nothing is armed");
  for (const flags of [1, 2, 3]) {
    poller.ready.push([5, flags]);
    poller.wake();
    await turn();
    await turn();
    const seen = flags === 3 ? ["wake", "f", "park"] : ["wake", "park"];
    assertEquals(log.splice(0), seen);
  }
  reactor.forget(5);
  assertEquals(log, ["unregister 5", "wake", "f closed"]);
  await turn();
});

Deno.test("an event of a descriptor that was closed reaches nobody", async () => {
  const { poller, reactor, log } = setUp();
  const watch = reactor.watch(5);
  reactor.add(watch, "read", new Scribe(log, "a"), WHEN_READY);
  const other = reactor.watch(6);
  reactor.add(other, "read", new Scribe(log, "b"), WHEN_READY);
  await turn();
  await turn();
  log.splice(0);
  poller.ready.push([5, 1]);
  reactor.forget(5);
  assertEquals(watch.closed, true);
  // Another socket has the number by now, so one look finds nothing.
  reactor.add(
    reactor.watch(5),
    "read",
    new Scribe(log, "c", WHEN_READY),
    WHEN_READY,
  );
  poller.wake();
  await turn();
  await turn();
  assertEquals(log.splice(0), [
    "unregister 5",
    "a closed",
    "register 5",
    "arm 5 1",
    "wake",
    "c",
    "arm 5 1",
    "park",
  ]);
  reactor.forget(5);
  reactor.forget(6);
  assertEquals(log, [
    "unregister 5",
    "c closed",
    "unregister 6",
    "wake",
    "b closed",
  ]);
  await turn();
});

Deno.test("one who gave way comes at the next turn, though a wait is parked", async () => {
  const { reactor, log } = setUp();
  const watch = reactor.watch(5);
  const lasting = new Scribe(log, "lasting");
  reactor.add(watch, "write", lasting, WHEN_READY);
  await turn();
  await turn();
  log.splice(0);
  reactor.add(watch, "read", new Scribe(log, "a", NEXT_TURN), NEXT_TURN);
  await turn();
  await turn();
  assertEquals(log.filter((entry) => entry === "a").length, 2);
  reactor.remove(watch, "write", lasting);
  await turn();
  assertEquals(log.includes("wake"), true);
});

Deno.test("a timer brings the next attempt where no event does", async () => {
  const { reactor, log } = setUp();
  const watch = reactor.watch(5);
  reactor.add(watch, "write", new Scribe(log, "a", 1), 1);
  for (let i = 0; i < 20 && !log.includes("a"); i++) await turn();
  const { promise, resolve } = Promise.withResolvers<void>();
  // A wait that is really parked keeps the process alive. The reactor's timers do not.
  const alive = setTimeout(() => {}, 10_000);
  const last: Waiter = {
    attempt() {
      resolve();
      return DONE;
    },
    forgotten() {},
  };
  reactor.add(watch, "write", last, WHEN_READY);
  await promise;
  clearTimeout(alive);
  assertEquals(log.filter((entry) => entry === "a").length, 2);
  assertEquals(log.includes("arm 5 2"), true);
});

Deno.test("a waiter that leaves lets those behind it try", async () => {
  const { reactor, log } = setUp();
  const watch = reactor.watch(5);
  const first = new Scribe(log, "first");
  reactor.add(watch, "read", first, WHEN_READY);
  reactor.add(watch, "read", new Scribe(log, "second"), WHEN_READY);
  await turn();
  reactor.remove(watch, "read", first);
  await turn();
  await turn();
  assertEquals(log.includes("second"), true);
  assertEquals(log.includes("first"), false);
});

Deno.test("a waiter whose attempt closes its own socket is counted once", async () => {
  const { poller, reactor, log } = setUp();
  const watch = reactor.watch(5);
  const closing: Waiter = {
    attempt() {
      reactor.forget(5);
      return DONE;
    },
    forgotten: () => log.push("closed"),
  };
  reactor.add(watch, "read", closing, NEXT_TURN);
  await turn();
  await turn();
  // If the count were wrong now, no wait would be parked for the next one.
  reactor.add(reactor.watch(6), "read", new Scribe(log, "b"), WHEN_READY);
  await turn();
  await turn();
  assertEquals(log.at(-1), "park");
  poller.ready.push([6, 1]);
  poller.wake();
  await turn();
  assertEquals(log.at(-1), "b");
});

Deno.test("all that are ready are served, though a turn serves only some", async () => {
  const { poller, reactor } = setUp();
  const served: number[] = [];
  let atOnce = 0;
  let most = 0;
  const fds = Array.from({ length: 100 }, (_, i) => 5 + i);
  for (const fd of fds) {
    reactor.add(reactor.watch(fd), "read", {
      attempt() {
        served.push(fd);
        most = Math.max(most, ++atOnce);
        setImmediate(() => atOnce = 0);
        return DONE;
      },
      forgotten() {},
    }, WHEN_READY);
  }
  poller.ready.push(...fds.map((fd): [number, number] => [fd, 1]));
  for (let i = 0; i < 20 && served.length < 100; i++) await turn();
  assert(most < 100, "other work got no turn between them");
  assertEquals(served, fds);
});

Deno.test("those who are long at it keep neither events nor timers waiting", async () => {
  const { poller, reactor } = setUp();
  let going = true;
  let attempts = 0;
  const long: Waiter = {
    attempt() {
      attempts++;
      const began = performance.now();
      while (performance.now() - began < 1);
      return going && attempts < 1000 ? NEXT_TURN : DONE;
    },
    forgotten() {},
  };
  for (let fd = 5; fd < 45; fd++) {
    reactor.add(reactor.watch(fd), "write", long, NEXT_TURN);
  }
  const event = Promise.withResolvers<number>();
  reactor.add(reactor.watch(50), "read", {
    attempt: () => (event.resolve(attempts), DONE),
    forgotten() {},
  }, WHEN_READY);
  poller.ready.push([50, 1]);
  const timer = new Promise<number>((resolve) =>
    setTimeout(() => resolve(attempts))
  );
  // A turn has three milliseconds, and reads the clock only now and then.
  const counts = await Promise.all([event.promise, timer]);
  assert(Math.max(...counts) < 25, `after ${counts} attempts`);
  going = false;
  for (let i = 0; i < 20; i++) await turn();
});

Deno.test("two sockets may have the same descriptor", async () => {
  using pair = asyncSocketPair();
  const { a, b } = pair;
  const fd = a.fileno();
  const twin = new AsyncSocket(null, null, null, fd);
  const waiting = [a.recv(1), twin.recv(1)];
  await b.send(utf8("xy"));
  const came = (await Promise.all(waiting)).map(text).sort();
  assertEquals(came, ["x", "y"]);
  const left = [a.recv(1), twin.recv(1)];
  a.close();
  for (const result of await Promise.allSettled(left)) {
    assertEquals(result.status, "rejected");
  }
  // The next socket may get the number. The twin must not use it then.
  using following = asyncSocketPair();
  if ([following.a, following.b].some((one) => one.fileno() === fd)) {
    assertEquals(twin.fileno(), -1);
  }
  twin.detach();
  await assertRejects(() => twin.recv(1), socket.OSError);
});

Deno.test({
  ...requires(
    "a descriptor closed behind our back, and had by another, is the other's alone",
    needs.posix,
  ),
  async fn() {
    using listener = await socket.create_server(["127.0.0.1", 0]);
    using pair = asyncSocketPair();
    using client = new AsyncSocket();
    await client.connect(listener.getsockname());
    /** Ways to open a descriptor, and another socket that sends to it. */
    const ways: Record<string, () => Promise<AsyncSocket<Address>[]>> = {
      accept: async () => [(await listener.accept())[0], client],
      dup: () => Promise.resolve([pair.a.dup(), pair.b]),
      async socket() {
        const one = new AsyncSocket();
        await one.connect(listener.getsockname());
        return [one, (await listener.accept())[0]];
      },
      socketpair: () => Promise.resolve(socket.socketpair()),
    };
    for (const [way, open] of Object.entries(ways)) {
      using old = asyncSocketPair();
      old.a.settimeout(60); // at its end there would be one more attempt
      const waiting = old.a.recv(1).catch((error) => error.errno);
      await turn();
      const fd = old.a.fileno();
      libc.close(fd);
      const [one, other] = await open();
      using _one = one, _other = other;
      if (one.fileno() !== fd) { // the runtime was faster
        old.a.detach();
        continue;
      }
      const next = one.recv(1, 0, { signal: AbortSignal.timeout(20_000) });
      await other.send(utf8("y"));
      assertEquals(text(await next), "y", way);
      assertEquals(await waiting, E_BAD_SOCKET);
      assertEquals(old.a.fileno(), -1);
      await assertRejects(() => old.a.recv(1), OSError);
      old.a.close();
      assertEquals(one.fileno(), fd);
      await other.send(utf8("z"));
      assertEquals(text(await one.recv(1)), "z", `${way}: it is still open`);
    }
  },
});

Deno.test("who waits for a descriptor that the poller finds replaced ends", async () => {
  const { poller, reactor, log } = setUp();
  const watch = reactor.watch(5);
  reactor.add(watch, "read", new Scribe(log, "old"), WHEN_READY);
  assertEquals(reactor.watch(5), watch, "two sockets share it");
  poller.lost.add(5);
  const other = reactor.watch(5);
  assertEquals(watch.closed, true);
  assertEquals(other.closed, false);
  reactor.add(other, "read", new Scribe(log, "new"), WHEN_READY);
  poller.ready.push([5, 1]);
  await turn();
  await turn();
  assertEquals(log.filter((entry) => /^(old|new)/.test(entry)), [
    "old closed",
    "new",
  ]);
});

Deno.test("a Worker's reactor closes its poller with the last watch, and opens another", async () => {
  const opened: Scripted[] = [];
  const closed: Scripted[] = [];
  const reactor = new Reactor(() => {
    const poller = new Scripted();
    poller.close = () => {
      closed.push(poller);
      poller.wake();
    };
    opened.push(poller);
    return poller;
  }, true);
  const log: string[] = [];
  for (let round = 1; round < 3; round++) {
    for (const fd of [5, 6]) {
      const waiter = new Scribe(log, `${round} ${fd}`);
      reactor.add(reactor.watch(fd), "read", waiter, WHEN_READY);
    }
    await turn();
    await turn();
    reactor.forget(5);
    assertEquals([opened.length, closed.length], [round, round - 1]);
    reactor.forget(6);
    assertEquals([opened.length, closed.length], [round, round]);
    // Another may begin to wait before the closed poller's wait has returned.
    reactor.add(reactor.watch(7), "read", new Scribe(log, "7"), WHEN_READY);
    opened.at(-1)!.ready.push([7, 1]);
    await turn();
    await turn();
    assertEquals(log.splice(0), [
      `${round} 5 closed`,
      `${round} 6 closed`,
      "7",
    ]);
    reactor.forget(7);
    opened.pop();
    closed.pop();
  }
});

Deno.test("all works on poll() too, which knows no edges", async () => {
  const poll = new URL("../programs/async/poll_only.ts", import.meta.url).href;
  const poller = new URL("../../poll/poller.ts", import.meta.url).href;
  const { imports } = JSON.parse(
    Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)),
  );
  const map = JSON.stringify({ imports: { ...imports, [poller]: poll } });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--allow-all",
      "--no-check",
      `--import-map=data:application/json,${encodeURIComponent(map)}`,
      beside("async/readiness_test.ts"),
      beside("async/socket_test.ts"),
      beside("async/streams_test.ts"),
      beside("async/waiting_test.ts"),
    ],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(300_000),
  }).output();
  const output = [stdout, stderr].map((bytes) => text(bytes)).join("");
  assertEquals(code, 0, output);
});
