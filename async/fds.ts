/** Descriptors passed between processes, awaited. */

import type { Address, AddressInput } from "../socket/address/types.ts";
import type { Bytes } from "../errors/arguments.ts";
import { drive } from "./base.ts";
import type { AsyncSocket } from "./socket.ts";
import { sendItemsAttempt } from "../socket/operations/messages.ts";
import { whenResolved } from "./steps.ts";
import type { WaitOptions } from "./driver.ts";
import {
  descriptorItems,
  descriptorRoom,
  withDescriptors,
} from "../socket/operations/rights.ts";

/**
 * Sends a message with descriptors over a Unix socket. Like the blocking `send_fds`.
 *
 * @param sock the socket
 * @param buffers the bytes of the message; a stream needs one byte at least to carry descriptors
 * @param fds the descriptors, which stay open here, and must until this has sent them
 * @param flags `MSG_` flags
 * @param address where to, if the socket is not connected
 * @param options a signal
 * @returns how many bytes were sent
 * @throws {OSError} if a descriptor is not open (`EBADF`), or they are too many (`EINVAL`)
 * @throws {TypeError} if the descriptors are no integers
 */
export async function send_fds<A extends Address>(
  sock: AsyncSocket<A>,
  buffers: Iterable<Bytes>,
  fds: Iterable<number>,
  flags = 0,
  address: AddressInput<A> | null = null,
  options?: WaitOptions,
): Promise<number> {
  const attempt = sendItemsAttempt(buffers, descriptorItems(fds), flags);
  return await whenResolved(
    sock,
    address,
    options,
    (to) => drive(sock, "write", options, attempt, to),
  );
}

/**
 * Receives a message with descriptors from a Unix socket. They are the caller's to close. Like the
 * blocking `recv_fds`.
 *
 * @param sock the socket
 * @param bufsize how many bytes at most
 * @param maxfds how many descriptors at most
 * @param flags `MSG_` flags
 * @param options a signal
 * @returns the bytes, the descriptors, the message's flags and the sender's address
 * @throws {RangeError} if a size is out of bounds
 */
export async function recv_fds<A extends Address>(
  sock: AsyncSocket<A>,
  bufsize: number,
  maxfds: number,
  flags = 0,
  options?: WaitOptions,
): Promise<
  [data: Uint8Array<ArrayBuffer>, fds: number[], msg_flags: number, address: A]
> {
  const room = descriptorRoom(maxfds);
  return withDescriptors(await sock.recvmsg(bufsize, room, flags, options));
}
