/** An echo server on `Deno.listenDatagram`. */

import { announce } from "../support/contestant.ts";

const buffer = new Uint8Array(2048);
const socket = Deno.listenDatagram({
  transport: "udp",
  hostname: "127.0.0.1",
  port: 0,
});
announce((socket.addr as Deno.NetAddr).port);
for (;;) {
  const [data, address] = await socket.receive(buffer);
  await socket.send(data, address);
}
