/** The end of what a socket receives. */

import { SOCK_STREAM } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { libc } from "../../ffi/libc.ts";
import { isHungUp } from "../../poll/ready.ts";
import type { Handle } from "./attempt.ts";

const available = new Int32Array(1);

/**
 * Returns whether a socket that has just received no bytes has received all. On a socket of
 * messages that may also have been an empty message. Never waits.
 */
export function hasEnded({ fd, type }: Handle): boolean {
  if (type === SOCK_STREAM) return true;
  // Messages that arrived before the end are still to be received.
  return isHungUp(fd) && bytesLeft(fd) === 0;
}

/** Returns how many bytes can be received, 0 if the socket cannot say. */
function bytesLeft(fd: number): number {
  available[0] = 0;
  return libc.ioctl(fd, table.constants.FIONREAD, available) < 0
    ? 0
    : available[0];
}
