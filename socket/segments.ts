/** The datagrams that the system merged a received message from. */

import { type Bytes, bytes, integer } from "../errors/arguments.ts";

/**
 * Cuts a received message into the datagrams that the system merged it from (`UDP_GRO`).
 *
 * @param data the message
 * @param size the size of each datagram but the last in bytes: `decodeControl(…).get("gro")?.size`.
 * If it is left out, the message is one datagram
 * @returns views of the message, in the order in which the datagrams came; one, if it is empty
 * @throws {TypeError} if the data is not bytes
 * @throws {RangeError} if the size is not positive
 * @see `udp(7)`
 * @category Messages
 */
export function segments(
  data: Bytes,
  size?: number,
): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  const all = bytes("data", data);
  return cut(
    all,
    size === undefined ? Math.max(1, all.byteLength) : integer("size", size, 1),
  );
}

function* cut(
  all: Uint8Array<ArrayBuffer>,
  size: number,
): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  let at = 0;
  do {
    yield all.subarray(at, at + size);
    at += size;
  } while (at < all.byteLength);
}
