/** Ending a connection by a reset. */

import { SO_LINGER, SOL_SOCKET } from "../constants/mod.ts";
import { libc } from "../ffi/libc.ts";
import type { Handle } from "../socket/operations/attempt.ts";
import { encodeLinger } from "../socket/structures/options.ts";

/** Has closing reset the connection, where the protocol knows that. */
export function resetOnClose({ fd }: Handle): void {
  const value = encodeLinger(true, 0);
  libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, value, value.byteLength);
}
