/** Chooses the poller of the running platform. */

import { table } from "../constants/table.ts";
import type { Poller } from "./base.ts";
import { EpollPoller } from "./epoll.ts";
import { KqueuePoller } from "./kqueue.ts";
import { PollPoller } from "./poll.ts";

/** The names of the pollers. */
export type PollerName = "epoll" | "kqueue" | "poll";

/** The best poller of the running platform, judging by its constants. */
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
 * @throws {OSError} if no descriptor is left (`EMFILE`)
 */
export function makePoller(): Poller {
  return new pollers[best]();
}
