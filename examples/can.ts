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
import { b, Struct } from "@libc/socket/bytes";

const [ifname = "vcan0"] = Deno.args;

/** `struct can_frame` of `<linux/can.h>`: the identifier, the length of the data, and the data. */
const canFrame = new Struct("=IB3x8s");

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
  const [frame] = socket.recvfrom(canFrame.size);
  const [can_id, can_dlc, data] = canFrame.unpack(frame);
  console.log(
    `Received: can_id=${can_id.toString(16)}, can_dlc=${
      can_dlc.toString(16)
    }, data=${data.subarray(0, can_dlc).toHex()}`,
  );
  send(frame);
  const own = b("\x01\x02\x03");
  send(canFrame.pack(0x01, own.length, own));
}
