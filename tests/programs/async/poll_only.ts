/** Replaces `poll/poller.ts`, as on a system that has only `poll(2)`. */

import { PollPoller } from "../../../poll/poll.ts";
import type { Poller } from "../../../poll/base.ts";

export { EDGE, type Poller, READ, WRITE } from "../../../poll/base.ts";

/** Opens a poller. */
export function makePoller(): Poller {
  return new PollPoller();
}
