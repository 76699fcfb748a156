/** Lookups on other threads than the main one. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import * as socket from "../../async.ts";
import * as blocking from "../../mod.ts";
import { driveSteps } from "../../async/steps.ts";
import { Lookup, type Resolving } from "../../socket/resolver/call.ts";
import { asyncSocketPair } from "../support/pairs.ts";
import { needs, requires } from "../support/requires.ts";

Deno.test("each resolving function gives what the blocking one gives", async () => {
  const { AI_CANONNAME, AF_INET, SOCK_STREAM } = socket;
  assertEquals(
    await socket.getaddrinfo(
      "localhost",
      "http",
      AF_INET,
      SOCK_STREAM,
      0,
      AI_CANONNAME,
    ),
    blocking.getaddrinfo(
      "localhost",
      "http",
      AF_INET,
      SOCK_STREAM,
      0,
      AI_CANONNAME,
    ),
  );
  assertEquals(
    await socket.getnameinfo(["127.0.0.1", 80], 0),
    blocking.getnameinfo(["127.0.0.1", 80], 0),
  );
  for (
    const name of [
      "gethostbyname",
      "gethostbyname_ex",
      "gethostbyaddr",
      "getfqdn",
    ] as const
  ) {
    assertEquals(await socket[name]("localhost"), blocking[name]("localhost"));
  }
  assertEquals(await socket.getfqdn(), blocking.getfqdn());
});

Deno.test("many are resolved at once, and timers go on", async () => {
  let ticks = 0;
  const ticking = setInterval(() => ticks++);
  const found = await Promise.all(
    Array.from({ length: 100 }, () => socket.gethostbyname_ex("localhost")),
  );
  clearInterval(ticking);
  assertEquals(found.length, 100);
  assert(ticks > 0);
});

Deno.test("errors and bad arguments reject", async () => {
  await assertRejects(
    () => socket.getaddrinfo("no such host.invalid", 1),
    socket.gaierror,
  );
  await assertRejects(
    () => socket.getaddrinfo("a\0b", 1),
    RangeError,
  );
  await assertRejects(
    () => socket.gethostbyname(1 as never),
    TypeError,
  );
});

Deno.test("resolving is cancelled", async () => {
  const aborting = new AbortController();
  const waiting = socket.getnameinfo(["127.0.0.1", 80], 0, aborting);
  aborting.abort("enough");
  assertEquals(await waiting.catch((reason) => reason), "enough");
  assertEquals(
    await socket.getaddrinfo("localhost", 1, 0, 0, 0, 0, aborting)
      .catch((reason) => reason),
    "enough",
  );
});

Deno.test("a signal's reason rejects even if it is an error that getfqdn() handles", async () => {
  const aborting = new AbortController();
  const waiting = socket.getfqdn("no-such-host.invalid", aborting);
  const reason = new socket.OSError(null, "enough");
  aborting.abort(reason);
  assert(await waiting.catch((error) => error) === reason);
});

Deno.test({
  ...requires(
    "an error whose number is lost has the name of its function",
    needs.attribute("EAI_SYSTEM"),
  ),
  async fn() {
    function* failing(): Resolving<number> {
      return yield new Lookup("getnameinfo", () => socket.EAI_SYSTEM);
    }
    const error = await assertRejects(
      () => driveSteps(failing()),
      socket.gaierror,
    );
    assertEquals([error.code, error.syscall], ["EAI_SYSTEM", "getnameinfo"]);
  },
});

/** A lookup whose call lasts until a promise is resolved. */
function* slow(log: string[], name: string, until: Promise<number>): Resolving<
  string
> {
  yield new Lookup("slow", () => {
    log.push(name);
    return until as unknown as number;
  });
  return name;
}

Deno.test("a dead name server does not take all threads, and the cancelled free theirs", async () => {
  const log: string[] = [];
  const gate = Promise.withResolvers<number>();
  const aborting = new AbortController();
  const names = Array.from({ length: 20 }, (_, i) => String(i));
  const work = names.map((name, i) =>
    driveSteps(
      slow(log, name, gate.promise),
      i === 17 ? aborting : undefined,
    ).catch((reason) => reason)
  );
  // Sockets still work while the lookups hold their threads.
  using pair = asyncSocketPair();
  const { a, b } = pair;
  const waiting = a.recv(1);
  await b.send(new Uint8Array(1));
  await waiting;
  assertEquals(log, names.slice(0, 16));
  aborting.abort("enough");
  gate.resolve(0);
  const expected = names.map((name, i) => i === 17 ? "enough" : name);
  assertEquals(await Promise.all(work), expected);
  assertEquals(log.length, 19);
  assertEquals(await socket.gethostbyname("localhost"), "127.0.0.1");
});
