/** What shows only from outside: that processes end, that nothing leaks, that nobody starves. */

import { assert, assertEquals } from "@std/assert";
import { needing, notLinux } from "../helpers.ts";
import { outcome } from "./support.ts";

for (
  const [way, printed] of Object.entries({
    closed: "EBADF",
    aborted: "aborted",
    "timed out": "timed out",
    detached: "EBADF,true",
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
    ...needing(`no descriptor and no waiter is left: ${way}`, notLinux),
    async fn() {
      assertEquals(await outcome("faults.ts", { args: [way] }), "clean");
    },
  });
}

Deno.test({
  ...needing(
    "without descriptors, accepting fails clearly and goes on",
    notLinux,
  ),
  async fn() {
    assertEquals(
      (await outcome("exhausted.ts", { descriptors: 64 })).split("\n"),
      [
        "EMFILE",
        "9",
        "8",
        "[Errno 24] Too many open files",
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
  ...needing("each Worker has a reactor, which ends with it", notLinux),
  async fn() {
    const printed = await outcome("workers.ts");
    assertEquals(printed.split("\n"), ["true", "true", "over"]);
  },
});

for (
  const way of [
    "stream",
    "streams",
    "datagrams",
    "all at once",
    "thousands",
    "web",
  ]
) {
  Deno.test(`a flood starves no timer: ${way}`, async () => {
    const late = Number(await outcome("flood.ts", { args: [way] }));
    // Without giving way it would be for ever; other processes may take their share.
    assert(late < 250, `a timer was ${late} ms late`);
  });
}
