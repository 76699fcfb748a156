/** `recvmmsg` and `sendmmsg`, and what stands in for them where the C library has none. */

import { table } from "../../constants/table.ts";
import { EAGAIN, EINTR, EWOULDBLOCK } from "../../errors/errno.ts";
import { errno, type Libc, libc } from "../../ffi/libc.ts";
import type { MessageHeaders } from "../../ffi/mmsghdr.ts";
import { waitReady } from "../../poll/ready.ts";
import type { Handle } from "./handle.ts";

/**
 * Receives or sends the messages of some headers.
 *
 * @param h the socket's handle
 * @param headers of the messages
 * @param start the first of them
 * @param count how many, at most
 * @param flags `MSG_` flags
 * @returns how many it were, or an error number below 0 if not even one
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
  /** As `recvmmsg(2)`, waiting for the first message at most. */
  readonly recvmmsg: VectorCall;
  /** As `sendmmsg(2)`. */
  readonly sendmmsg: VectorCall;
}

const { MSG_WAITFORONE: WAIT_FOR_ONE = 0, MSG_DONTWAIT } = table.constants;

/** Errors that came when some messages had: the next call reports them, as the kernel does it. */
const later = new WeakMap<Handle, number>();

function wouldWait(code: number): boolean {
  return code === EAGAIN || code === EWOULDBLOCK || code === EINTR;
}

/**
 * The calls of a system: its own, or else one message after the other.
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
          if (length < 0) return i === 0 ? -errno() : i; // it will come again
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

/** The running system's calls, once the C library is loaded. */
export function vectorCalls(): VectorCalls {
  return cached ??= vectorCallsOf(libc);
}
