/**
 * With `receive`: counts the datagrams that arrive, and acknowledges each step. With `send`: sends
 * datagrams within the window, a step in one message. The kernel splits a message into datagrams
 * (`UDP_SEGMENT`) and joins them again (`UDP_GRO`).
 */

import {
  AF_INET,
  AsyncSocket,
  CMSG_SPACE,
  IPPROTO_UDP,
  MessageVector,
  SOCK_DGRAM,
  UDP_GRO,
  UDP_SEGMENT,
} from "../../async.ts";
import { announce, rounds } from "../support/contestant.ts";
import { step, window } from "./window.ts";

const [role, bytes, port] = Deno.args;
const size = Number(bytes);
const STEP = step(size), WINDOW = window(size);
const socket = new AsyncSocket(AF_INET, SOCK_DGRAM);
const total = new Uint32Array(1);

async function receive(): Promise<void> {
  socket.bind(["127.0.0.1", 0]);
  socket.setsockopt(IPPROTO_UDP, UDP_GRO, 1);
  announce(socket.getsockname()[1]);
  const messages = new MessageVector(socket, 4, 65536, CMSG_SPACE(4));
  for (;;) {
    const before = total[0];
    const count = await socket.recvmmsg(messages);
    for (let i = 0; i < count; i++) {
      total[0] += Math.ceil(messages.lengths[i] / messages.segmentSize(i));
    }
    if (Math.floor(before / STEP) < Math.floor(total[0] / STEP)) {
      await socket.sendto(total, messages.address(0)!);
    }
  }
}

async function send(): Promise<void> {
  await socket.connect(["127.0.0.1", Number(port)]);
  socket.setsockopt(IPPROTO_UDP, UDP_SEGMENT, size);
  const messages = new MessageVector(socket, WINDOW / STEP, size * STEP);
  let sent = 0;
  await rounds(async (count) => {
    const end = sent + count;
    while (total[0] < end) {
      const room = Math.floor(
        (Math.min(end, total[0] + WINDOW) - sent) / STEP,
      );
      if (room > 0) sent += await socket.sendmmsg(messages, 0, room) * STEP;
      else await socket.recv_into(total);
    }
  });
}

await (role === "receive" ? receive() : send());
