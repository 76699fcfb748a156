/** A Worker that sends three bytes over the descriptor it is told, a moment later. */

import { Socket } from "../../mod.ts";

// A Worker's own names, which the types of the rest of the project do not have.
const worker = globalThis as unknown as {
  onmessage: (event: MessageEvent<number>) => void;
  postMessage(message: "sent"): void;
};

worker.onmessage = ({ data: fd }): void => {
  const socket = new Socket(null, null, null, fd);
  setTimeout(() => {
    socket.send(new Uint8Array(3));
    socket.detach();
    worker.postMessage("sent");
  }, 20);
};
