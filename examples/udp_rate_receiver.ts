/**
 * Counts the datagrams that udp_rate_sender.ts sends, until none arrives for a second. It receives
 * them one by one, as many as there are in one call, or joined into long messages by the system.
 *
 *     deno run --allow-ffi examples/udp_rate_receiver.ts [plain|batch|segments] [port]
 *
 * The defaults are `batch` and port 10001; with port 0 the system chooses one, which is printed on
 * standard error. `segments` needs Linux.
 */

import {
  AF_INET,
  CMSG_SPACE,
  IPPROTO_UDP,
  MessageVector,
  SOCK_DGRAM,
  Socket,
  TimeoutError,
  UDP_GRO,
} from "@libc/socket";

const [how = "batch", port = "10001"] = Deno.args;

using socket = new Socket(AF_INET, SOCK_DGRAM);
let datagrams = 0;
let bytes = 0;

function plain(): () => void {
  const buffer = new Uint8Array(65536);
  return () => {
    bytes += socket.recv_into(buffer);
    datagrams++;
  };
}

function batch(): () => void {
  const messages = new MessageVector(socket, 64, 2048);
  return () => {
    const count = socket.recvmmsg(messages);
    for (let i = 0; i < count; i++) bytes += messages.lengths[i];
    datagrams += count;
  };
}

function segments(): () => void {
  socket.setsockopt(IPPROTO_UDP, UDP_GRO, 1);
  // The ancillary data of a joined message is the length of its datagrams, an int.
  const messages = new MessageVector(socket, 16, 65536, CMSG_SPACE(4));
  return () => {
    const count = socket.recvmmsg(messages);
    for (let i = 0; i < count; i++) {
      const length = messages.lengths[i];
      bytes += length;
      datagrams += Math.ceil(length / messages.segmentSize(i)) || 1; // it may be empty
    }
  };
}

const ways: Record<string, () => () => void> = { plain, batch, segments };
if (!Object.hasOwn(ways, how)) {
  console.error("usage: udp_rate_receiver.ts [plain|batch|segments] [port]");
  Deno.exit(2);
}
const receive = ways[how]();
socket.bind(["127.0.0.1", Number(port)]);
console.error("Listening on", socket.getsockname());

let calls = 0;
let last = 0;
receive(); // the first may take its time
const began = performance.now();
socket.settimeout(1);
try {
  for (;;) {
    calls++;
    last = performance.now();
    receive();
  }
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
}
const seconds = Math.max(last - began, 1) / 1000;
console.log(
  `${datagrams} datagrams in ${calls} calls, ${
    (datagrams / seconds).toFixed()
  }/s, ${(bytes / seconds / 1e6).toFixed(1)} MB/s`,
);
