/**
 * With `receive`: counts the datagrams that arrive, and acknowledges each step. With `send`: sends
 * datagrams within the window. Both work in batches, by `recvmmsg` and `sendmmsg`.
 */

import { AF_INET, MessageVector, SOCK_DGRAM, Socket } from "../../mod.ts";
import { rounds } from "../support/contestant.ts";
import { step, window } from "./window.ts";

const [role, bytes, port] = Deno.args;
const size = Number(bytes);
const STEP = step(size), WINDOW = window(size);
const socket = new Socket(AF_INET, SOCK_DGRAM);
const total = new Uint32Array(1);

function receive(): void {
  socket.bind(["127.0.0.1", 0]);
  console.log(socket.getsockname()[1]);
  const messages = new MessageVector(socket, WINDOW, size);
  for (;;) { // it blocks, so the harness has to kill it
    const before = total[0];
    total[0] += socket.recvmmsg(messages);
    if (Math.floor(before / STEP) < Math.floor(total[0] / STEP)) {
      socket.sendto(total, messages.address(0)!);
    }
  }
}

if (role === "receive") receive();
socket.connect(["127.0.0.1", Number(port)]);
const messages = new MessageVector(socket, WINDOW, size);
let sent = 0;
await rounds((count) => {
  const end = sent + count;
  while (total[0] < end) {
    const room = Math.min(end, total[0] + WINDOW) - sent;
    if (room > 0) sent += socket.sendmmsg(messages, 0, room);
    else socket.recv_into(total);
  }
});
