/** A process that parks waits, wakes them, and must end by itself and leave no descriptor open. */

import { makePoller } from "../../poll/poller.ts";
import { PollPoller } from "../../poll/poll.ts";
import { socketpair } from "../../mod.ts";

const descriptors = (): number => [...Deno.readDirSync("/proc/self/fd")].length;

const [a, b] = socketpair();
const before = Deno.args[0] === "count" ? descriptors() : 0;

for (const make of [makePoller, (): PollPoller => new PollPoller()]) {
  const poller = make();
  poller.register(a.fileno());
  poller.wait(0);
  const woken = poller.park(-1);
  poller.wake();
  console.log(await woken);
  const closed = poller.park(-1);
  poller.close();
  console.log(await closed);
}

if (Deno.args[0] === "count") console.log(descriptors() - before);
a.close();
b.close();
