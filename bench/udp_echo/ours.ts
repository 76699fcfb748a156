/** An awaiting UDP echo server. */

import { AF_INET, AsyncSocket, SOCK_DGRAM } from "../../async.ts";
import { announce } from "../support/contestant.ts";

const buffer = new Uint8Array(2048);
const socket = new AsyncSocket(AF_INET, SOCK_DGRAM);
socket.bind(["127.0.0.1", 0]);
announce(socket.getsockname()[1]);
for (;;) {
  const [count, address] = await socket.recvfrom_into(buffer);
  await socket.sendto(buffer.subarray(0, count), address);
}
