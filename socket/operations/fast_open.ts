/** `MSG_FASTOPEN`: sending that connects, where the call may not wait for the connection. */

import { table } from "../../constants/table.ts";
import type { Bytes } from "../../errors/arguments.ts";
import { E_CONNECT_PENDING } from "../../errors/errno.ts";
import { OSError } from "../../errors/errors.ts";
import { type Attempt, Pending } from "./attempt.ts";
import { finishConnecting } from "./connection.ts";
import type { Handle } from "./handle.ts";
import { send, sendto } from "./transfer.ts";

const MSG_FASTOPEN: number = table.constants.MSG_FASTOPEN ?? 0;

/** Whether flags ask for a connection. */
export function opensFast(flags: unknown): flags is number {
  return typeof flags === "number" && (flags & MSG_FASTOPEN) !== 0;
}

/**
 * Returns the attempt of sending with `MSG_FASTOPEN`. If the system has a cookie of the peer, the
 * data goes with the SYN. If not, the call only starts to connect, and the data is sent once the
 * connection is established.
 *
 * @param send attempts to send, with flags, to an address or `null`
 * @param flags the flags
 * @param syscall the name of the system call
 */
export function fastOpenAttempt(
  send: (handle: Handle, flags: number, address: unknown) => Attempt<number>,
  flags: number,
  syscall: string,
): (handle: Handle, address: unknown) => Attempt<number> {
  let started = false;
  const connecting = new Pending("write", syscall, {
    errno: E_CONNECT_PENDING,
  });
  return (handle, address) => {
    if (!started) {
      try {
        return send(handle, flags, address);
      } catch (error) {
        if (!(error instanceof OSError) || error.errno !== E_CONNECT_PENDING) {
          throw error;
        }
        started = handle.connecting = true;
        return connecting;
      }
    }
    if (handle.connecting && !finishConnecting(handle, syscall, address)) {
      return connecting;
    }
    return send(handle, flags & ~MSG_FASTOPEN, null);
  };
}

/** Returns the attempt of `sendto` with `MSG_FASTOPEN` among its flags. */
export function sendtoFastOpenAttempt(
  data: Bytes,
  flags: number,
): (handle: Handle, address: unknown) => Attempt<number> {
  return fastOpenAttempt(
    (handle, flags, address) =>
      address === null
        ? send(handle, data, flags)
        : sendto(handle, data, flags, address),
    flags,
    "sendto",
  );
}
