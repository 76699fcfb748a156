/**
 * Lines over a stream, for an awaiting socket. A chunk may end in the middle of a line, and even in
 * the middle of a character, so decode a line only once it is whole. (A blocking socket has
 * `makefile("r").readline(limit)`, as in examples/inetd.ts.)
 *
 *     deno run --allow-ffi docs/cookbook/lines.ts
 */

import * as socket from "@libc/socket/async";
import { concat } from "@libc/socket/bytes";

const NEWLINE = 10;

/** The longest line that we accept. Without a limit, a peer could fill our memory with one. */
const LIMIT = 8192;

/** The lines that a socket receives, without their ends. */
async function* lines(
  from: socket.AsyncSocket<socket.Address>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = new Uint8Array(0);
  for (;;) {
    const data = await from.recv(4096);
    if (data.length === 0) break;
    rest = concat(rest, data);
    for (let end; (end = rest.indexOf(NEWLINE)) >= 0;) {
      yield decoder.decode(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LIMIT) throw new Error("the line is too long");
  }
  if (rest.length > 0) yield decoder.decode(rest); // the last line may lack its end
}

const [sender, receiver] = await socket.socketpair();
using _receiver = receiver;

async function talk(): Promise<void> {
  using _sender = sender;
  const text = new TextEncoder().encode("one\ntwo\n3 €\nfour");
  // Cut in the middle of the euro sign.
  await sender.sendall(text.subarray(0, 11));
  await sender.sendall(text.subarray(11));
}

const talking = talk();
for await (const line of lines(receiver)) console.log(line);
await talking;
