/** `recvmmsg` and `sendmmsg`, and their replacements where the C library lacks them. */

import { table } from "../../constants/table.ts";
import { EAGAIN, EINTR, EWOULDBLOCK } from "../../errors/errno.ts";
import { errno, type Libc, libc } from "../../ffi/libc.ts";
import type { MessageHeaders } from "../../ffi/mmsghdr.ts";
import { waitReady } from "../../poll/ready.ts";
import type { Handle } from "./handle.ts";

/**
 * Receives or sends a series of messages.
 *
 * @param handle the socket's handle
 * @param headers the messages' headers
 * @param start the index of the first message
 * @param count how many messages at most
 * @param flags `MSG_` flags
 * @returns how many messages were received or sent, or the negated error number if the first failed
 */
export type VectorCall = (
  handle: Handle,
  headers: MessageHeaders,
  start: number,
  count: number,
  flags: number,
) => number;

/** The two calls. */
export interface VectorCalls {
  /** Like `recvmmsg(2)` with `MSG_WAITFORONE`: waits for the first message only. */
  readonly recvmmsg: VectorCall;
  /** Like `sendmmsg(2)`. */
  readonly sendmmsg: VectorCall;
}

const { MSG_WAITFORONE: WAIT_FOR_ONE = 0, MSG_DONTWAIT } = table.constants;

/** Errors that followed received messages: the next call reports them, as the kernel does. */
const later = new WeakMap<Handle, number>();

function wouldWait(code: number): boolean {
  return code === EAGAIN || code === EWOULDBLOCK || code === EINTR;
}

/**
 * Returns the calls for a C library: its own, or replacements that handle one message at a time.
 *
 * @param symbols the C library's functions
 */
export function vectorCallsOf(
  symbols: Pick<Libc, "recvmmsg" | "sendmmsg" | "recvmsg" | "sendmsg">,
): VectorCalls {
  const { recvmmsg, sendmmsg, recvmsg, sendmsg } = symbols;
  return {
    recvmmsg: recvmmsg
      ? (handle, headers, start, count, flags) => {
        const all = headers.from(start);
        const came = recvmmsg(
          handle.fd,
          all,
          count,
          flags | WAIT_FOR_ONE,
          null,
        );
        return came < 0 ? -errno() : came;
      }
      : (handle, headers, start, count, flags) => {
        const error = later.get(handle);
        if (error !== undefined) {
          later.delete(handle);
          return -error;
        }
        for (let i = 0; i < count; i++) {
          if (i > 0 && MSG_DONTWAIT === undefined && !isReadable(handle)) {
            return i;
          }
          const bits = i === 0 ? flags : flags | (MSG_DONTWAIT ?? 0);
          const length = recvmsg(handle.fd, headers.from(start + i), bits);
          if (length >= 0) headers.setLength(start + i, length);
          else {
            const code = errno();
            if (i === 0) return -code;
            if (!wouldWait(code)) later.set(handle, code);
            return i;
          }
        }
        return count;
      },
    sendmmsg: sendmmsg
      ? (handle, headers, start, count, flags) => {
        const sent = sendmmsg(handle.fd, headers.from(start), count, flags);
        return sent < 0 ? -errno() : sent;
      }
      : (handle, headers, start, count, flags) => {
        for (let i = 0; i < count; i++) {
          const length = sendmsg(handle.fd, headers.from(start + i), flags);
          if (length < 0) return i === 0 ? -errno() : i; // the next call fails again
          headers.setLength(start + i, length);
        }
        return count;
      },
  };
}

function isReadable(handle: Handle): boolean {
  return waitReady(handle.fd, "read", 0) > 0;
}

let cached: VectorCalls | undefined;

/** Returns the calls for the running system; libc must be loaded. */
export function vectorCalls(): VectorCalls {
  return cached ??= vectorCallsOf(libc);
}
