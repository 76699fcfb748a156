/**
 * Messages over a stream, each behind its length. TCP carries bytes, not messages: `recv(n)`
 * returns what has arrived, up to `n` bytes, whatever the sizes of the sends were.
 *
 *     deno run --allow-ffi docs/cookbook/framing.ts
 */

import * as socket from "@libc/socket";
import { b, calcsize, concat, pack, repr, unpack } from "@libc/socket/bytes";

/** The header: the length of the body, as 32 bits in network order. */
const HEADER = "!I";

/** The longest body that we accept. The peer chooses the length, so there must be a limit. */
const LIMIT = 1 << 20;

/** A connection of any address family. */
type Connection = socket.Socket<socket.Address>;

/** Sends one message. */
function sendMessage(to: Connection, body: Uint8Array): void {
  to.sendall(concat(pack(HEADER, body.length), body));
}

/** Receives exactly `size` bytes, or fewer if the peer closes the connection before. */
function receiveAll(from: Connection, size: number): Uint8Array {
  const data = new Uint8Array(size);
  let received = 0;
  while (received < size) {
    const count = from.recv_into(data.subarray(received));
    if (count === 0) break; // the end of the stream
    received += count;
  }
  return data.subarray(0, received);
}

/** Receives one message; `null` if the peer closed the connection after the last one. */
function receiveMessage(from: Connection): Uint8Array | null {
  const header = receiveAll(from, calcsize(HEADER));
  if (header.length === 0) return null;
  if (header.length < calcsize(HEADER)) throw new Error("half a header");
  const [length] = unpack(HEADER, header);
  if (length > LIMIT) throw new Error(`a message of ${length} bytes`);
  const body = receiveAll(from, length);
  if (body.length < length) throw new Error("half a message");
  return body;
}

const [sender, receiver] = socket.socketpair();
using _receiver = receiver;

// Two sends, one recv: nothing marks where the first one ended.
sender.sendall(b("first"));
sender.sendall(b("second"));
console.log("without lengths:", repr(receiver.recv(1024)));

// With lengths, each message arrives whole.
sendMessage(sender, b("first"));
sendMessage(sender, b("second"));
sender.close();
for (let body; (body = receiveMessage(receiver)) !== null;) {
  console.log("with lengths:", repr(body));
}
