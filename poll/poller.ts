/** The poller of the running platform. */

import { table } from "../constants/table.ts";
import type { Poller } from "./base.ts";
import { EpollPoller } from "./epoll.ts";
import { KqueuePoller } from "./kqueue.ts";
import { PollPoller } from "./poll.ts";

/** What the running platform waits by: its constants tell. */
export type PollerName = "epoll" | "kqueue" | "poll";

/** The best there is. */
export const best: PollerName = "EPOLL_CTL_ADD" in table.constants
  ? "epoll"
  : "EVFILT_READ" in table.constants
  ? "kqueue"
  : "poll";

const pollers = {
  epoll: EpollPoller,
  kqueue: KqueuePoller,
  poll: PollPoller,
} as const;

/**
 * Opens the poller of the running platform.
 *
 * @throws {OSError} if there are too many descriptors
 */
export function makePoller(): Poller {
  return new pollers[best]();
}
