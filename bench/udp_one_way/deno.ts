/**
 * With `receive`: counts the datagrams that arrive, and acknowledges each step. With `send`: sends
 * datagrams within the window. Both use `Deno.listenDatagram`.
 */

import { announce, rounds } from "../support/contestant.ts";
import { step, window } from "./window.ts";

const [role, bytes, port] = Deno.args;
const size = Number(bytes);
const STEP = step(size), WINDOW = window(size);
const socket = Deno.listenDatagram({
  transport: "udp",
  hostname: "127.0.0.1",
  port: 0,
});
const buffer = new Uint8Array(2048);
const total = new Uint32Array(1);

async function receive(): Promise<void> {
  announce((socket.addr as Deno.NetAddr).port);
  for (;;) {
    const [, address] = await socket.receive(buffer);
    total[0]++;
    if (total[0] % STEP === 0) {
      await socket.send(new Uint8Array(total.buffer), address);
    }
  }
}

async function send(): Promise<void> {
  const address: Deno.NetAddr = {
    transport: "udp",
    hostname: "127.0.0.1",
    port: Number(port),
  };
  const data = new Uint8Array(size);
  let sent = 0;
  await rounds(async (count) => {
    const end = sent + count;
    while (total[0] < end) {
      const until = Math.min(end, total[0] + WINDOW);
      for (; sent < until; sent++) await socket.send(data, address);
      await socket.receive(new Uint8Array(total.buffer));
    }
  });
}

await (role === "receive" ? receive() : send());
