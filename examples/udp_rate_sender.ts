/**
 * Sends datagrams of 1,200 bytes as fast as it can: one by one, many in one call, or many as one
 * long message that the system cuts (`UDP_SEGMENT`). Start udp_rate_receiver.ts first, which says
 * what arrives: UDP does not slow the sender down, and what finds no room at the receiver is lost.
 *
 *     deno run --allow-ffi examples/udp_rate_sender.ts [plain|batch|segments] [host] [port] [count]
 *
 * The defaults are `batch`, `localhost`, port 10001 and 100000 datagrams. `segments` needs Linux.
 */

import {
  AF_INET,
  IPPROTO_UDP,
  MessageVector,
  SOCK_DGRAM,
  Socket,
  UDP_SEGMENT,
} from "@libc/socket";

const SIZE = 1200;
const SEGMENTS = 50; // of one message: 64 KiB at most, with the headers

const [
  how = "batch",
  host = "localhost",
  port = "10001",
  number = "100000",
] = Deno.args;
const count = Number(number);

using socket = new Socket(AF_INET, SOCK_DGRAM);

/** Each sends at most as many datagrams as it is asked for, and returns how many. */
const ways: Record<string, () => (most: number) => number> = {
  plain() {
    const data = new Uint8Array(SIZE);
    return () => {
      socket.send(data);
      return 1;
    };
  },
  batch() {
    const messages = new MessageVector(socket, 64, SIZE);
    return (most) => socket.sendmmsg(messages, 0, Math.min(most, 64));
  },
  segments() {
    socket.setsockopt(IPPROTO_UDP, UDP_SEGMENT, SIZE);
    const data = new Uint8Array(SEGMENTS * SIZE);
    return (most) => {
      const part = data.subarray(0, Math.min(most, SEGMENTS) * SIZE);
      return socket.send(part) / SIZE;
    };
  },
};

if (!Object.hasOwn(ways, how) || !(count >= 1)) {
  console.error(
    "usage: udp_rate_sender.ts [plain|batch|segments] [host] [port] [count]",
  );
  Deno.exit(2);
}
const send = ways[how]();
socket.connect([host, Number(port)]);

const began = performance.now();
let calls = 0;
for (let sent = 0; sent < count; calls++) sent += send(count - sent);
const seconds = Math.max(performance.now() - began, 1) / 1000;
console.log(
  `${count} datagrams in ${calls} calls, ${(count / seconds).toFixed()}/s, ${
    (count * SIZE / seconds / 1e6).toFixed(1)
  } MB/s`,
);
