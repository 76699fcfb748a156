/** Readiness that no event announces, for which the drivers have to try again and again. */

import { AF_UNIX } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { waitReady } from "../../poll/ready.ts";
import type { Pending } from "./attempt.ts";
import type { Handle } from "./handle.ts";

/** How soon to attempt again where no event announces readiness. */
export const RETRY_MS = 5;

/**
 * Whether an operation waits for what no event announces: the kernel reports a Unix socket as
 * writable even while the queue of the datagram's receiver, or of the listener it connects to, is
 * full. Of urgent data only epoll has an event.
 */
export function isUnannounced(handle: Handle, pending: Pending): boolean {
  if (pending.readiness === "urgent") return !("EPOLLPRI" in table.constants);
  return pending.readiness === "write" && handle.family === AF_UNIX &&
    waitReady(handle.fd, "write", 0) > 0;
}
