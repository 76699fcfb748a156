/** Sends numbered datagrams to an address that is not known to the network yet, then closes. */

import { SO_SNDBUF, SOL_SOCKET } from "../../../mod.ts";
import {
  type DatagramSocket,
  type EngineName,
  serveDatagrams,
} from "../../../handlers.ts";

const [engine, host, port, count] = Deno.args;
let taken = 0;
let refused = false;

function send(socket: DatagramSocket): void {
  for (; taken < Number(count); taken++) {
    const datagram = new Uint8Array(1000).fill(taken);
    if (!socket.send(datagram, [host, Number(port)])) {
      if (!refused) console.log("no room");
      refused = true;
      return;
    }
  }
  socket.close();
}

await serveDatagrams(["0.0.0.0", 0], {
  open(socket) {
    socket.setsockopt(SOL_SOCKET, SO_SNDBUF, 1); // the system has a minimum
    send(socket);
  },
  drain: send,
  error: (_, error) => console.log(`${error}`),
  close: () => console.log("closed"),
}, { engine: engine as EngineName });
