/** Urgent data: where it is, and whether there is any. */

import { table } from "../../constants/table.ts";
import { check, EINTR, osError } from "../../errors/errors.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { waitUrgent } from "../../poll/ready.ts";
import { type Attempt, type Handle, Pending } from "./attempt.ts";

const pending = new Pending("urgent", "poll");

/** Attempts to see urgent data: true if there is some, false if the connection has ended. */
export function urgentAttempt({ fd }: Handle): Attempt<boolean> {
  const found = urgency(fd, 0);
  if (found === undefined) throw osError(errno(), "poll");
  return found === false ? pending : found === true;
}

/** As `waitUrgent` of `poll/ready.ts`; false if a signal interrupted it. */
export function urgency(
  fd: number,
  seconds: number | null,
): ReturnType<typeof waitUrgent> {
  const found = waitUrgent(fd, seconds);
  return found === undefined && errno() === EINTR ? false : found;
}

const atMark = new Int32Array(1);

/** Returns whether the next byte to be read is the one at the urgent mark. `sockatmark(3)`. */
export function isAtMark(fd: number): boolean {
  check(libc.ioctl(fd, table.constants.SIOCATMARK, atMark), "sockatmark");
  return atMark[0] !== 0;
}
