/**
 * When a datagram left and when it came, as the kernel saw it: without the time that programs and
 * their queues take. Over loopback it is software that takes the time; a network card that can adds
 * its own, as `hardware`. Linux.
 *
 *     deno run --allow-ffi docs/cookbook/timestamps.ts
 */

import * as socket from "@libc/socket";

const { AF_INET, SOCK_DGRAM } = socket;

/** A timestamp in nanoseconds since 1970. */
function nanoseconds(time: socket.Timestamp | null | undefined): bigint {
  if (!time) throw new Error("no timestamp");
  return BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds);
}

using receiver = new socket.Socket(AF_INET, SOCK_DGRAM);
receiver.bind(["127.0.0.1", 0]);
using sender = new socket.Socket(AF_INET, SOCK_DGRAM);
for (const each of [sender, receiver]) {
  each.settimeout(5);
  socket.requestControl(each, "timestamping");
}

const room = socket.controlSize("timestamping", "recverr");
const encoder = new TextEncoder();

// Linux begins to take times a moment after it is asked to: datagrams before that have none.
for (let timed = false; !timed;) {
  sender.sendto(encoder.encode("ready?"), receiver.getsockname());
  const [, ancdata] = receiver.recvmsg(1500, room);
  timed = socket.decodeControl(ancdata).get("timestamping") !== undefined;
}

// One message is timestamped as it is sent. With SO_TIMESTAMPING, all are.
const flags = socket.SOF_TIMESTAMPING_TX_SOFTWARE;
sender.sendmsg(
  [encoder.encode("hello")],
  socket.encodeControl({ kind: "timestamping", flags }),
  0,
  receiver.getsockname(),
);

// The sender finds it in its error queue, with the datagram's bytes.
const [, fromQueue] = sender.recvmsg(1500, room, socket.MSG_ERRQUEUE);
const sent = socket.decodeControl(fromQueue);
const [data, ancdata] = receiver.recvmsg(1500, room);
const came = socket.decodeControl(ancdata);

const left = nanoseconds(sent.get("timestamping")?.software);
const arrived = nanoseconds(came.get("timestamping")?.software);
const { origin } = sent.get("recverr")!.error;
console.log("a timestamp:", origin === socket.SO_EE_ORIGIN_TIMESTAMPING);
console.log("on its way for some time:", arrived - left < 1_000_000_000n);
console.log("it says", new TextDecoder().decode(data));
