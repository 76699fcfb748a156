/**
 * A Worker that sends a sequence until it is interrupted, then closes its socket and posts how many
 * bytes it has sent.
 */

import {
  type Address,
  type InterrupterHandle,
  interruptible,
  KeyboardInterrupt,
  Socket,
} from "../../mod.ts";
import { ordinal } from "./sequence.ts";

// The names of a Worker, which the project's types lack.
const worker = globalThis as unknown as {
  onmessage: (
    event: MessageEvent<{ fd: number; handle: InterrupterHandle }>,
  ) => void;
  postMessage(message: number): void;
};

worker.onmessage = ({ data: { fd, handle } }): void => {
  let sent = 0;
  const chunk = new Uint8Array(3001);
  try {
    using _ = interruptible(handle);
    using socket = new Socket<Address>(null, null, null, fd);
    for (;;) {
      for (let i = 0; i < chunk.length; i++) chunk[i] = ordinal(sent + i);
      sent += socket.send(chunk);
    }
  } catch (error) {
    if (!(error instanceof KeyboardInterrupt)) throw error;
    worker.postMessage(sent);
  }
};
