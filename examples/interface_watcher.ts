/**
 * Prints how network interfaces come, go and change state, by netlink, until Ctrl-C. Linux only.
 *
 *     deno run --allow-ffi examples/interface_watcher.ts
 */

import {
  AF_NETLINK,
  errno,
  NETLINK_ROUTE,
  OSError,
  SOCK_RAW,
  Socket,
} from "../mod.ts";
import { usage } from "./support/arguments.ts";

// From <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_link.h> and <linux/if.h>.
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
const RTMGRP_LINK = 1;
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const IFLA_IFNAME = 3;
const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;

/** The sizes of `struct nlmsghdr`, `struct ifinfomsg` and `struct rtattr`. */
const HEADER = 16;
const INFO = 16;
const ATTRIBUTE = 4;

if (Deno.args.length > 0) usage("interface_watcher.ts");

/** Splits into parts that each begin with their length and are padded to a multiple of 4 bytes. */
function* split(bytes: Uint8Array, sizeOfLength: 2 | 4): Generator<DataView> {
  const { buffer, byteOffset, byteLength } = bytes;
  const all = new DataView(buffer, byteOffset, byteLength);
  for (let at = 0, length: number; at + 4 <= byteLength;) {
    length = sizeOfLength === 2
      ? all.getUint16(at, true)
      : all.getUint32(at, true);
    if (length < 4 || at + length > byteLength) return;
    yield new DataView(buffer, byteOffset + at, length);
    at += Math.ceil(length / 4) * 4;
  }
}

/** The bytes of a part from an offset on. */
function after(part: DataView, offset: number): Uint8Array {
  const { buffer, byteOffset, byteLength } = part;
  return new Uint8Array(buffer, byteOffset + offset, byteLength - offset);
}

function nameOf(message: DataView): string {
  for (const attribute of split(after(message, HEADER + INFO), 2)) {
    if (attribute.getUint16(2, true) !== IFLA_IFNAME) continue;
    const text = new TextDecoder().decode(after(attribute, ATTRIBUTE));
    return text.replace(/\0.*/s, "");
  }
  return "";
}

function stateOf(flags: number): string {
  if ((flags & IFF_UP) === 0) return "down";
  return (flags & IFF_RUNNING) === 0 ? "up, but without carrier" : "up";
}

/** Receives some messages. */
function receive(): Uint8Array {
  for (;;) {
    try {
      return socket.recv(65536);
    } catch (error) {
      // More came at once than the socket has room for: the kernel drops messages, and says so.
      if (!(error instanceof OSError && error.errno === errno.ENOBUFS)) {
        throw error;
      }
      console.log("Some changes were missed; the interfaces are now:");
      printed.clear();
      requestAll();
    }
  }
}

/** Asks the kernel for a message about each interface. */
function requestAll(): void {
  const request = new DataView(new ArrayBuffer(HEADER + INFO));
  request.setUint32(0, request.byteLength, true);
  request.setUint16(4, RTM_GETLINK, true);
  request.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, true);
  socket.send(request);
}

using socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
socket.bind([0, RTMGRP_LINK]);
console.error("Watching");

/**
 * The last line of each interface, by its index: messages also come of other changes than of state.
 */
const printed = new Map<number, string>();
for (;;) {
  for (const message of split(receive(), 4)) {
    const type = message.getUint16(4, true);
    if (type !== RTM_NEWLINK && type !== RTM_DELLINK) continue;
    const index = message.getInt32(HEADER + 4, true);
    const flags = message.getUint32(HEADER + 8, true);
    const state = type === RTM_DELLINK ? "gone" : stateOf(flags);
    const line = `${nameOf(message)} is ${state}`;
    if (printed.get(index) !== line) console.log(line);
    printed.set(index, line);
  }
}
