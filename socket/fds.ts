/** Passing descriptors between processes: `send_fds` and `recv_fds`. */

import { type Bytes, instance } from "../errors/arguments.ts";
import type { Address, AddressInput } from "./address/types.ts";
import { drive } from "./driver.ts";
import { sendItemsAttempt } from "./operations/messages.ts";
import {
  descriptorItems,
  descriptorRoom,
  withDescriptors,
} from "./operations/rights.ts";
import { Socket } from "./socket.ts";

/**
 * Sends a message with descriptors over a Unix socket. The receiver gets its own descriptors for
 * the same open files.
 *
 * Unlike in Python, `flags` and `address` are not ignored.
 *
 * @param sock the socket
 * @param buffers the bytes of the message; a stream needs at least one byte to carry descriptors
 * @param fds the descriptors, which stay open here
 * @param flags `MSG_` flags
 * @param address the destination, if the socket is not connected
 * @returns how many bytes were sent
 * @throws {OSError} if a descriptor is not open (`EBADF`), or there are too many (`EINVAL`; Linux
 * allows 253)
 * @throws {TypeError} if `fds` is not an iterable of integers
 */
export function send_fds<A extends Address>(
  sock: Socket<A>,
  buffers: Iterable<Bytes>,
  fds: Iterable<number>,
  flags = 0,
  address: AddressInput<A> | null = null,
): number {
  instance("sock", sock, Socket, "a Socket");
  return drive(
    sock,
    sendItemsAttempt(buffers, descriptorItems(fds), flags),
    address,
  );
}

/**
 * Receives a message with descriptors from a Unix socket. The caller must close them; they are
 * closed on `exec`. If the message has more than `maxfds`, the excess ones are closed, and the
 * returned flags have `MSG_CTRUNC`.
 *
 * Unlike in Python, `flags` is not ignored.
 *
 * @param sock the socket
 * @param bufsize how many bytes at most
 * @param maxfds how many descriptors at most
 * @param flags `MSG_` flags
 * @returns the bytes, the descriptors, the message's flags and the sender's address
 * @throws {RangeError} if a size is out of bounds
 */
export function recv_fds<A extends Address>(
  sock: Socket<A>,
  bufsize: number,
  maxfds: number,
  flags = 0,
): [
  data: Uint8Array<ArrayBuffer>,
  fds: number[],
  msg_flags: number,
  address: A,
] {
  instance("sock", sock, Socket, "a Socket");
  return withDescriptors(sock.recvmsg(bufsize, descriptorRoom(maxfds), flags));
}
