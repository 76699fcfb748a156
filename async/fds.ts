/** `send_fds` and `recv_fds`, awaited: descriptors passed between processes. */

import { type Bytes, instance, optionsLast } from "../errors/arguments.ts";
import type { Address, AddressInput } from "../socket/address/types.ts";
import { sendItemsAttempt } from "../socket/operations/messages.ts";
import {
  descriptorItems,
  descriptorRoom,
  withDescriptors,
} from "../socket/operations/ancillary.ts";
import { driveFlagged } from "./base.ts";
import type { WaitOptions } from "./driver.ts";
import { AsyncSocket } from "./socket.ts";
import { whenResolved } from "./steps.ts";

/**
 * Sends a message with descriptors over a Unix socket. Like the blocking `send_fds`.
 *
 * @param sock the socket
 * @param buffers the bytes of the message; a stream needs at least one byte to carry descriptors
 * @param fds the descriptors; this does not close them, and they must stay open until it resolves
 * @param flags `MSG_` flags
 * @param address where to, if the socket is not connected
 * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
 * @returns how many bytes were sent
 * @throws {TimeoutError} if the socket's timeout runs out
 * @throws {OSError} if a descriptor is not open, or the socket is closed (`EBADF`), or there are
 * too many descriptors (`EINVAL`; Linux passes 253)
 * @throws {TypeError} if the descriptors are not integers
 * @see {@link https://docs.python.org/3/library/socket.html#socket.send_fds}, `unix(7)`
 * @category Awaiting
 */
export async function send_fds<A extends Address>(
  sock: AsyncSocket<A>,
  buffers: Iterable<Bytes>,
  fds: Iterable<number>,
  flags: number | WaitOptions = 0,
  address: AddressInput<A> | null | WaitOptions = null,
  options?: WaitOptions,
): Promise<number> {
  instance("sock", sock, AsyncSocket, "an AsyncSocket");
  const [bits = 0, destination, given] = optionsLast(flags, address, options);
  const attempt = sendItemsAttempt(buffers, descriptorItems(fds), bits);
  return await whenResolved(
    sock,
    destination,
    given,
    (to) => driveFlagged(sock, "write", bits, given, attempt, to),
  );
}

/**
 * Receives a message with descriptors from a Unix socket. The caller must close them. Like the
 * blocking `recv_fds`.
 *
 * @param sock the socket
 * @param bufsize how many bytes at most
 * @param maxfds how many descriptors at most
 * @param flags `MSG_` flags
 * @param options `{ signal }`: aborting it rejects with its reason; the socket stays usable
 * @returns the bytes, the descriptors, the message's flags and the sender's address
 * @throws {TimeoutError} if the socket's timeout runs out
 * @throws {OSError} if receiving fails, or the socket is closed (`EBADF`)
 * @throws {RangeError} if a size is out of bounds
 * @see {@link https://docs.python.org/3/library/socket.html#socket.recv_fds}, `unix(7)`
 * @category Awaiting
 */
export async function recv_fds<A extends Address>(
  sock: AsyncSocket<A>,
  bufsize: number,
  maxfds: number,
  flags: number | WaitOptions = 0,
  options?: WaitOptions,
): Promise<
  [data: Uint8Array<ArrayBuffer>, fds: number[], msg_flags: number, address: A]
> {
  instance("sock", sock, AsyncSocket, "an AsyncSocket");
  [flags = 0, options] = optionsLast(flags, options);
  const room = descriptorRoom(maxfds);
  return withDescriptors(await sock.recvmsg(bufsize, room, flags, options));
}
