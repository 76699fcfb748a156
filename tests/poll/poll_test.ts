/** The pollers: epoll, kqueue and poll, and what they tell the kernel. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { errno, OSError, type Socket, type UnixAddress } from "../../mod.ts";
import { platform } from "../../constants/platform.ts";
import { tables } from "../../constants/tables.ts";
import { libc } from "../../ffi/libc.ts";
import { EDGE, type Poller, READ, WRITE } from "../../poll/base.ts";
import { EpollPoller } from "../../poll/epoll.ts";
import { KqueuePoller } from "../../poll/kqueue.ts";
import { PollPoller } from "../../poll/poll.ts";
import { best, makePoller } from "../../poll/poller.ts";
import { text } from "../support/bytes.ts";
import { beside } from "../support/files.ts";
import { need, needs, requires } from "../support/requires.ts";
import { EmulatedKqueue } from "./kqueue.ts";
import { ScriptedKqueue } from "./scripted_kqueue.ts";
import { type Pair, socketPair } from "../support/pairs.ts";

const pollers: Record<string, () => Poller> = {
  PollPoller: () => new PollPoller(),
};
if (best === "epoll") {
  pollers.EpollPoller = () => new EpollPoller();
  for (const name of ["darwin", "freebsd"] as const) {
    pollers[`KqueuePoller of ${name}, emulated`] = () =>
      new KqueuePoller(new EmulatedKqueue(name));
  }
} else if (best === "kqueue") pollers.KqueuePoller = () => new KqueuePoller();

/** A pair of non-blocking sockets. */
function nonBlockingPair(): Pair<Socket<UnixAddress>> {
  const pair = socketPair();
  for (const socket of [pair.a, pair.b]) socket.setblocking(false);
  return pair;
}

const byte = new Uint8Array(1);

/** What is ready, as flags by descriptor. */
function ready(poller: Poller, count: number): Record<number, number> {
  const found: Record<number, number> = {};
  for (let i = 0; i < count; i++) {
    assert(!(poller.fdAt(i) in found), "a descriptor is listed twice");
    found[poller.fdAt(i)] = poller.flagsAt(i);
    assertEquals(poller.readableAt(i), (poller.flagsAt(i) & READ) !== 0);
    assertEquals(poller.writableAt(i), (poller.flagsAt(i) & WRITE) !== 0);
  }
  return found;
}

const look = (poller: Poller): Record<number, number> =>
  ready(poller, poller.wait(0));

for (const [name, make] of Object.entries(pollers)) {
  /** A test with a poller, which is closed at the end. */
  const test = (
    behaviour: string,
    body: (poller: Poller) => void | Promise<void>,
  ): void =>
    Deno.test(`${name} ${behaviour}`, async () => {
      const poller = make();
      try {
        await body(poller);
      } finally {
        poller.close();
      }
    });

  test("reports edges once, and each readiness that comes after it was armed", (poller) => {
    using sockets = nonBlockingPair();
    const { a, b } = sockets;
    const fd = a.fileno();
    poller.register(fd);
    assertEquals(look(poller), { [fd]: WRITE });
    assertEquals(look(poller), {});
    b.send(byte);
    assertEquals(look(poller)[fd] & READ, READ);
    assertEquals(look(poller), {});
    a.recv(10);
    poller.arm(fd, READ);
    assertEquals(look(poller), {});
    b.send(byte);
    assertEquals(look(poller)[fd] & READ, READ);
  });

  test("tells of a descriptor that was closed without it, if it can", (poller) => {
    const lost: Record<string, boolean> = {};
    for (const then of ["nothing", "closed", "reused"]) {
      using sockets = nonBlockingPair();
      const fd = sockets.a.fileno();
      poller.register(fd);
      if (then !== "nothing") libc.close(sockets.a.detach());
      using _ = then === "reused" ? nonBlockingPair() : undefined;
      lost[then] = !poller.unregister(fd);
    }
    const knows = !(poller instanceof PollPoller);
    assertEquals(lost, { nothing: false, closed: knows, reused: knows });
  });

  test("reports levels for as long as they last", (poller) => {
    using sockets = nonBlockingPair();
    const { a, b } = sockets;
    const fd = a.fileno();
    poller.register(fd, READ);
    assertEquals(look(poller), {});
    b.send(byte);
    assertEquals(look(poller), { [fd]: READ });
    assertEquals(look(poller), { [fd]: READ });
    poller.modify(fd, READ | WRITE);
    assertEquals(look(poller), { [fd]: READ | WRITE });
    poller.modify(fd, WRITE);
    assertEquals(look(poller), { [fd]: WRITE });
    poller.unregister(fd);
    assertEquals(look(poller), {});
    poller.register(fd, READ);
    assertEquals(look(poller), { [fd]: READ });
  });

  test("reports a hang-up as both", (poller) => {
    using sockets = nonBlockingPair();
    const { a, b } = sockets;
    poller.register(a.fileno());
    look(poller);
    poller.arm(a.fileno(), READ | WRITE);
    b.close();
    assertEquals(look(poller), { [a.fileno()]: READ | WRITE });
    assertEquals(look(poller), {});
  });

  test("forgets what is unregistered, closed or not", (poller) => {
    using one = nonBlockingPair();
    using other = nonBlockingPair();
    using last = nonBlockingPair();
    for (const { a } of [one, other, last]) poller.register(a.fileno());
    poller.unregister(one.a.fileno());
    const gone = other.a.fileno();
    other.a.close();
    poller.unregister(gone);
    assertEquals(look(poller), { [last.a.fileno()]: WRITE });
  });

  test("reports hundreds at once", (poller) => {
    using stack = new DisposableStack();
    const pairs = Array.from(
      { length: 150 },
      () => stack.use(nonBlockingPair()),
    );
    const expected: Record<number, number> = {};
    for (const { a, b } of pairs) {
      poller.register(a.fileno(), READ | WRITE);
      b.send(byte);
      expected[a.fileno()] = READ | WRITE;
    }
    assertEquals(look(poller), expected);
  });

  test("waits no longer than asked", (poller) => {
    using sockets = nonBlockingPair();
    poller.register(sockets.a.fileno(), READ);
    const began = performance.now();
    assertEquals(poller.wait(20), 0);
    assert(performance.now() - began >= 19.9);
  });

  test("ends a parked wait when a descriptor is ready", async (poller) => {
    using sockets = nonBlockingPair();
    const { a, b } = sockets;
    poller.register(a.fileno());
    look(poller);
    const parked = poller.park(-1);
    b.send(byte);
    const found = ready(poller, await parked);
    assertEquals(found[a.fileno()] & READ, READ);
    assertEquals(Object.keys(found).length, 1);
  });

  test("waits briefly for what is ready, and not for long", (poller) => {
    using one = nonBlockingPair();
    poller.register(one.a.fileno(), READ);
    const began = performance.now();
    assertEquals(poller.waitBriefly(), 0);
    assert(performance.now() - began < 1000);
    one.b.send(new Uint8Array(1));
    assertEquals(poller.waitBriefly(), 1);
    assertEquals(poller.fdAt(0), one.a.fileno());
    assert(poller.readableAt(0));
  });

  test("ends a parked wait when woken, once", async (poller) => {
    for (let i = 0; i < 3; i++) {
      const parked = poller.park(-1);
      poller.wake();
      poller.wake();
      assertEquals(await parked, 0);
      assertEquals(poller.wait(0), 0);
    }
    poller.wake(); // as no wait is parked, this must not end the next one
    const began = performance.now();
    assertEquals(await poller.park(20), 0);
    assert(performance.now() - began >= 19.9);
  });

  test("does not let a look in between take the waking", async (poller) => {
    for (let i = 0; i < 50; i++) {
      const parked = poller.park(-1);
      poller.wake();
      for (let look = 0; look < 5; look++) assertEquals(poller.wait(0), 0);
      assertEquals(await parked, 0);
    }
  });

  test("keeps the parked wait's events apart", async (poller) => {
    using one = nonBlockingPair();
    using other = nonBlockingPair();
    poller.register(one.a.fileno(), READ);
    poller.register(other.a.fileno(), READ);
    const parked = poller.park(-1);
    one.b.send(byte);
    // Until the promise settles, there may be any number of polls.
    assertEquals(look(poller), { [one.a.fileno()]: READ });
    other.b.send(byte);
    assertEquals(look(poller), {
      [one.a.fileno()]: READ,
      [other.a.fileno()]: READ,
    });
    const found = ready(poller, await parked);
    assertEquals(found[one.a.fileno()], READ);
  });

  test("sees what is registered while a wait is parked", async (poller) => {
    using sockets = nonBlockingPair();
    const parked = poller.park(-1);
    poller.register(sockets.a.fileno());
    let found = ready(poller, await parked);
    // A wait that cannot see the new descriptor ends, so that the next one can.
    if (Object.keys(found).length === 0) found = look(poller);
    assertEquals(found, { [sockets.a.fileno()]: WRITE });
  });

  test("parks one wait at a time, and none when closed", async (poller) => {
    const parked = poller.park(-1);
    assertThrows(() => poller.park(-1), Error, "A wait is parked already");
    poller.close();
    poller.close();
    assertEquals(await parked, 0);
    await assertRejects(async () => await poller.park(-1), Error, "closed");
  });
}

Deno.test("makePoller() opens the platform's poller", () => {
  const poller = makePoller();
  assertEquals(poller.fd >= 0, best !== "poll");
  poller.close();
  assertEquals(poller.fd, -1);
});

Deno.test({
  ...requires(
    "EpollPoller refuses what the kernel refuses",
    need("epoll", best === "epoll"),
  ),
  fn(): void {
    const poller = new EpollPoller();
    using sockets = nonBlockingPair();
    const fd = sockets.a.fileno();
    poller.register(fd);
    assertEquals(
      assertThrows(() => poller.register(fd), OSError).code,
      "EEXIST",
    );
    // A closed descriptor whose number no other test gets by chance.
    const { F_DUPFD_CLOEXEC } = tables[platform].constants;
    const closed = libc.fcntl_int!(fd, F_DUPFD_CLOEXEC, 800);
    libc.close(closed);
    assertEquals(
      assertThrows(() => poller.register(closed), OSError).code,
      "EBADF",
    );
    poller.close();
  },
});

Deno.test("a process whose waits are woken ends and leaves nothing open", async () => {
  const linux = platform.startsWith("linux");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all", // reading /proc needs this
      beside("programs/park.ts"),
      ...(linux ? ["count"] : []),
    ],
    signal: AbortSignal.timeout(300_000),
  }).output();
  assert(success, text(stderr));
  assertEquals(
    text(stdout).split("\n"),
    ["0", "0", "0", "0", ...(linux ? ["0"] : []), ""],
  );
});

/** The bytes of a `struct kevent`, by the headers of the two systems instead of our tables. */
function kevent(
  platform: string,
  ident: number,
  filter: string,
  flags: string,
  data = 0,
): string {
  const number = (value: number): string =>
    value.toString(16).padStart(2, "0") + "00000000000000";
  const ext = platform === "freebsd" ? 32 : 0;
  return number(ident) + filter + flags + "00000000" + number(data) +
    "00".repeat(8 + ext);
}

const READING = "ffff";
const WRITING = "feff";

for (const system of ["darwin", "freebsd"] as const) {
  Deno.test(`KqueuePoller writes ${system}'s changes`, () => {
    const kqueue = new ScriptedKqueue(system);
    const poller = new KqueuePoller(kqueue);
    poller.register(5); // EV_ADD | EV_CLEAR | EV_RECEIPT
    poller.register(6, READ); // EV_ADD | EV_RECEIPT and EV_DELETE | EV_RECEIPT
    poller.modify(6, WRITE);
    poller.unregister(6);
    assertEquals(kqueue.told, [
      kevent(system, 5, READING, "6100") + kevent(system, 5, WRITING, "6100"),
      kevent(system, 6, READING, "4100") + kevent(system, 6, WRITING, "4200"),
      kevent(system, 6, READING, "4200") + kevent(system, 6, WRITING, "4100"),
      kevent(system, 6, READING, "4200") + kevent(system, 6, WRITING, "4200"),
    ]);
  });

  Deno.test({
    ...requires(`KqueuePoller reads ${system}'s receipts`, needs.posix),
    fn() {
      const kqueue = new ScriptedKqueue(system);
      const poller = new KqueuePoller(kqueue);
      const receipt = (filter: string, error: number): string =>
        kevent(system, 6, filter, "0040", error);
      const { ENOENT, EBADF } = errno;
      // A filter to delete does not exist, which is no problem.
      kqueue.answers.push(receipt(READING, 0) + receipt(WRITING, ENOENT));
      poller.register(6, READ);
      // The write filter is refused, so the read filter is removed too.
      kqueue.answers.push(receipt(READING, 0) + receipt(WRITING, EBADF));
      const error = assertThrows(() => poller.register(6), OSError);
      assertEquals([error.errno, error.syscall], [EBADF, "kevent"]);
      assertEquals(
        kqueue.told.at(-1),
        kevent(system, 6, READING, "4200") + kevent(system, 6, WRITING, "4200"),
      );
      // A filter to add cannot be missing, so that is an error.
      kqueue.answers.push(receipt(READING, ENOENT) + receipt(WRITING, 0));
      assertThrows(() => poller.modify(6, READ), OSError);
      // The descriptor is closed, so its filters are gone already.
      kqueue.answers.push(receipt(READING, EBADF) + receipt(WRITING, EBADF));
      poller.unregister(6);
    },
  });

  Deno.test(`KqueuePoller reads ${system}'s events`, async () => {
    const kqueue = new ScriptedKqueue(system);
    const poller = new KqueuePoller(kqueue);
    const events = kevent(system, 5, READING, "0100", 7) +
      kevent(system, 6, WRITING, "0100", 99) +
      kevent(system, 5, WRITING, "0100", 99) +
      kevent(system, 7, READING, "0180") + // EV_EOF: the other end sends no more
      kevent(system, 8, READING, "2180") + // the same with EV_CLEAR
      kevent(system, 9, WRITING, "2180") +
      kevent(system, 10, READING, "0040", 9); // EV_ERROR
    const flags = {
      5: READ | WRITE,
      6: WRITE,
      7: READ,
      8: READ | WRITE,
      9: READ | WRITE,
      10: READ | WRITE,
    };
    // The first parked wait begins by registering its waker.
    kqueue.answers.push(events, "", "", events);
    assertEquals(ready(poller, poller.wait(1500)), flags);
    assertEquals(kqueue.timeout, "0100000000000000" + "0065cd1d00000000");
    assertEquals(ready(poller, await poller.park(-1)), {});
    assertEquals(kqueue.timeout, null);
    assertEquals(ready(poller, poller.wait(0)), flags);
    assertEquals(kqueue.timeout, "00".repeat(16));
    poller.close();
  });
}

Deno.test("EDGE, READ and WRITE are bits of their own", () => {
  assertEquals(READ | WRITE | EDGE, READ + WRITE + EDGE);
});
