/**
 * Parks waits and wakes them. The process must then end by itself, with no descriptor left open.
 */

import { makePoller } from "../../poll/poller.ts";
import { PollPoller } from "../../poll/poll.ts";
import { socketpair } from "../../mod.ts";
import { descriptorsTo } from "../support/descriptors.ts";

/** How many descriptors of the kinds that a poller opens there are. Files are Deno's, and vary. */
const descriptors = (): number =>
  descriptorsTo((target) => /^(socket|anon_inode|pipe):/.test(target)).length;

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
