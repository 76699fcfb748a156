/**
 * The CAN example of Python's documentation: sends back each frame that it receives, and then one
 * of its own, until Ctrl-C. Linux only.
 *
 *     deno run --allow-ffi examples/can.ts [interface]
 *
 * The interface defaults to `vcan0`. To make one without hardware, as root:
 * `ip link add vcan0 type vcan && ip link set vcan0 up`.
 */

import { AF_CAN, CAN_RAW, OSError, SOCK_RAW, Socket } from "@libc/socket";
import { usage } from "./support/arguments.ts";
import {
  buildCanFrame,
  CAN_FRAME_SIZE,
  dissectCanFrame,
} from "./support/can.ts";

const [ifname = "vcan0", ...rest] = Deno.args;
if (rest.length > 0) usage("can.ts [interface]");

function send(frame: Uint8Array): void {
  try {
    socket.send(frame);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log("Error sending CAN frame");
  }
}

using socket = new Socket(AF_CAN, SOCK_RAW, CAN_RAW);
socket.bind([ifname]);
console.error("Listening on", ifname);

for (;;) {
  const [frame] = socket.recvfrom(CAN_FRAME_SIZE);
  const [can_id, can_dlc, data] = dissectCanFrame(frame);
  console.log(
    `Received: can_id=${can_id.toString(16)}, can_dlc=${
      can_dlc.toString(16)
    }, data=${data.toHex()}`,
  );
  send(frame);
  send(buildCanFrame(0x01, new Uint8Array([1, 2, 3])));
}
