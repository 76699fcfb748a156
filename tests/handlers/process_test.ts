/** What only another process can see: that nothing leaks, and that processes end. */

import { assertEquals } from "@std/assert";
import { outcome } from "../support/async.ts";
import { needs } from "../support/requires.ts";
import { onEachEngine } from "./support.ts";

const folder = "handlers";

for (
  const way of [
    "collected while receiving",
    "forgotten while paused",
    "closed in the middle",
    "taken and given back",
  ]
) {
  onEachEngine(`no descriptor is left: ${way}`, async (engine) => {
    const args = [way, engine];
    assertEquals(await outcome("faults.ts", { folder, args }), "clean");
  }, needs.linux);
}

onEachEngine("without descriptors, accepting goes on", async (engine) => {
  const args = ["EMFILE", engine];
  const descriptors = 100;
  assertEquals(
    await outcome("faults.ts", { folder, args, descriptors }),
    "clean",
  );
}, needs.linux);

for (
  const [way, printed] of Object.entries({
    stopped: "stopped\nclosed",
    closed: "closed\nclosed",
    unreferenced: "unreferenced",
    paused: "paused",
  })
) {
  onEachEngine(`the process ends by itself: ${way}`, async (engine) => {
    const args = [way, engine];
    assertEquals(await outcome("ending.ts", { folder, args }), printed);
  });
}
