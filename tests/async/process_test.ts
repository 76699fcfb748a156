/** What only another process can see: that processes end, leak nothing, and starve nothing. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import * as socket from "../../async.ts";
import { errorName } from "../../constants/lookup.ts";
import { E_BAD_SOCKET } from "../../errors/errors.ts";
import { utf8 } from "../support/bytes.ts";
import { beside } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";
import { outcome } from "../support/async.ts";

const closed = errorName(E_BAD_SOCKET)!;

for (
  const [way, printed] of Object.entries({
    closed,
    aborted: "aborted",
    "timed out": "timed out: recv",
    detached: `${closed},true`,
    unreferenced: "unreferenced",
    "unreferenced before": "unreferenced",
    "unreferenced while another waits": "1,2",
    "referenced again": "7",
    "served though unreferenced": "7",
    resolved: "cancelled",
    collected: "forgotten",
  })
) {
  Deno.test(`the process ends by itself: ${way}`, async () => {
    assertEquals(await outcome("ending.ts", { args: [way] }), printed);
  });
}

for (
  const way of [
    "aborted connects",
    "aborted receiving",
    "collected",
    "collected while waiting",
    "resets",
  ]
) {
  Deno.test({
    ...requires(`no descriptor and no waiter is left: ${way}`, needs.linux),
    async fn() {
      assertEquals(await outcome("faults.ts", { args: [way] }), "clean");
    },
  });
}

Deno.test({
  ...requires(
    "without descriptors, accepting fails clearly and goes on",
    needs.linux,
  ),
  async fn() {
    assertEquals(
      (await outcome("exhausted.ts", { descriptors: 64 })).split("\n"),
      [
        "EMFILE",
        "9",
        "8",
        "[Errno 24] Too many open files: accept",
        "EMFILE",
        "EMFILE",
        "EMFILE",
        "no spin",
        "true",
        "aborted",
        "EBADF",
      ],
    );
  },
});

Deno.test({
  ...requires(
    "without descriptors, nothing looks like a name that does not exist",
    needs.linux,
  ),
  async fn() {
    const [without, after] = JSON.parse(
      await outcome("exhausted_lookups.ts", { descriptors: 64 }),
    );
    for (const [call, code] of Object.entries(without)) {
      assertEquals(code, "EMFILE", call);
    }
    for (const [call, code] of Object.entries(after)) {
      assertNotEquals(code, "EMFILE", call);
    }
  },
});

Deno.test({
  ...requires("a descriptor that was inherited is adopted", needs.posix),
  async fn() {
    using listener = await socket.create_server(["127.0.0.1", 0]);
    const [, port] = listener.getsockname();
    const program = beside("programs/async/inherited.ts");
    const child = new Deno.Command("bash", {
      args: [
        "-c",
        `exec "$@" <>/dev/tcp/127.0.0.1/${port}`,
        "bash",
        Deno.execPath(),
        "run",
        "--no-prompt",
        "--allow-ffi",
        program,
      ],
    }).spawn();
    const [connection] = await listener.accept();
    await connection.sendall(utf8("stressed"));
    assertEquals(await new Response(connection.readable).text(), "desserts");
    connection.close();
    assertEquals((await child.status).code, 0);
  },
});

Deno.test({
  ...requires("each Worker has a reactor, which ends with it", needs.linux),
  async fn() {
    const printed = await outcome("workers.ts");
    assertEquals(printed.split("\n"), ["true", "over"]);
  },
});

Deno.test({
  ...requires("thousands of connections leave nothing behind", needs.linux),
  async fn() {
    const soak = await outcome("../../../bench/soak.ts", {
      args: ["5000", "20"],
    });
    assertMatch(soak, /^\d+ connections/);
  },
});

for (
  const way of [
    "stream",
    "streams",
    "datagrams",
    "all at once",
    "to another process",
    "thousands",
    "web",
  ]
) {
  Deno.test({
    ...requires(
      `a flood starves no timer: ${way}`,
      way === "to another process" && needs.posix,
    ),
    async fn() {
      const late = Number(await outcome("flood.ts", { args: [way] }));
      // Without yielding it would take for ever. How late exactly is for the benchmarks to measure.
      assert(late < 30_000, `a timer was ${late} ms late`);
    },
  });
}
