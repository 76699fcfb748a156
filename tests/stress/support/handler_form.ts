/** Sending and receiving by handlers. */

import { attach, type EngineName } from "../../../handlers.ts";
import type { InetAddress, Socket } from "../../../mod.ts";
import { pieces, type Sink, type Transfer } from "./forms.ts";

/**
 * Sends and receives until both streams have ended.
 *
 * @param engine the engine; the system's best one if left out
 */
export function byHandlers(
  socket: Socket<InetAddress>,
  how: Transfer,
  sink: Sink,
  engine?: EngineName,
): Promise<void> {
  const all = pieces(how);
  let rest = new Uint8Array();
  return new Promise((resolve, reject) => {
    const stream = attach(socket, {
      drain: send,
      data: (_, data) => sink(data),
      end() {},
      error: (_, error) => reject(error),
      close: (_, error) => error === undefined ? resolve() : reject(error),
    }, { engine });
    send();

    function send(): void {
      for (;;) {
        rest = rest.subarray(stream.write(rest));
        if (rest.length > 0) return; // `drain` follows
        const { done, value } = all.next();
        if (done) return stream.shutdown();
        rest = value;
      }
    }
  });
}
