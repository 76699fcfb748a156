/** `sendmsg` and `recvmsg` on Winsock's functions; the header is a `WSAMSG`. */

import { table } from "../../constants/table.ts";
import { layout } from "../layout/mod.ts";
import type { Libc } from "../system.ts";
import type { Windows } from "./libraries.ts";
import { WSARecvMsg } from "./ws2_32.ts";

/** `WSAID_WSARECVMSG`: {F689D7C8-6F1F-436B-8A53-E54FE351C322}. */
// deno-fmt-ignore
const ID = Uint8Array.of(
  0xc8, 0xd7, 0x89, 0xf6, 0x1f, 0x6f, 0x6b, 0x43,
  0x8a, 0x53, 0xe5, 0x4f, 0xe3, 0x51, 0xc3, 0x22,
);

type ReceiveMessage = Deno.UnsafeFnPointer<typeof WSARecvMsg>;

const moved = new Uint32Array(1);
const cell = new Uint32Array(1);
const length = new Uint32Array(1);

/** Makes the functions for messages. */
export function messageCalls(
  windows: Windows,
): Pick<Libc, "recvmsg" | "sendmsg"> {
  const { wsamsg, wsabuf } = layout;
  const controlLength = wsamsg.Control.at + wsabuf.len.at;
  const {
    MSG_CTRUNC,
    MSG_TRUNC,
    SO_TYPE,
    SOCK_STREAM,
    SOL_SOCKET,
    WSAEMSGSIZE,
  } = table.constants;
  let receive: ReceiveMessage | undefined;

  /** Gets `WSARecvMsg` from the socket's provider; `undefined` on failure. */
  function extension(fd: number): ReceiveMessage | undefined {
    const address = new BigUint64Array(1);
    const { SIO_GET_EXTENSION_FUNCTION_POINTER: code } = table.constants;
    const failed = windows.WSAIoctl(
      fd,
      code,
      ID,
      ID.byteLength,
      address,
      address.byteLength,
      moved,
      null,
      null,
    );
    if (failed) return undefined;
    const pointer = Deno.UnsafePointer.create<typeof WSARecvMsg>(address[0])!;
    return new Deno.UnsafeFnPointer(pointer, WSARecvMsg);
  }

  function isStream(fd: number): boolean {
    length[0] = cell.byteLength;
    return windows.getsockopt(fd, SOL_SOCKET, SO_TYPE, cell, length) === 0 &&
      cell[0] === SOCK_STREAM;
  }

  return {
    sendmsg(fd, header, flags) {
      const message = fieldsOf(header);
      const buffers = message.getBigUint64(wsamsg.lpBuffers.at, true);
      const count = message.getUint32(wsamsg.dwBufferCount.at, true);
      // WSASendMsg works on datagram sockets only; a stream has neither address nor control data.
      const plain = message.getUint32(wsamsg.namelen.at, true) === 0 &&
        message.getUint32(controlLength, true) === 0;
      const failed = plain
        ? windows.WSASend(fd, buffers, count, moved, flags, null, null)
        : windows.WSASendMsg(fd, header, flags, moved, null, null);
      return failed ? -1 : moved[0];
    },

    recvmsg(fd, header, flags) {
      const message = fieldsOf(header);
      if (isStream(fd)) { // WSARecvMsg works on datagram sockets only
        const buffers = message.getBigUint64(wsamsg.lpBuffers.at, true);
        const count = message.getUint32(wsamsg.dwBufferCount.at, true);
        cell[0] = flags;
        if (windows.WSARecv(fd, buffers, count, moved, cell, null, null)) {
          return -1;
        }
        message.setUint32(wsamsg.namelen.at, 0, true);
        message.setUint32(controlLength, 0, true);
        message.setUint32(wsamsg.dwFlags.at, cell[0] & ~flags, true);
        return moved[0];
      }
      receive ??= extension(fd);
      if (receive === undefined) return -1;
      message.setUint32(wsamsg.dwFlags.at, flags, true);
      const failed = receive.call(fd, header, moved, null, null) !== 0;
      // A truncated message has been received, as the flags report.
      if (failed && windows.WSAGetLastError() !== WSAEMSGSIZE) return -1;
      // Winsock also returns the flags of the call.
      let told = message.getUint32(wsamsg.dwFlags.at, true) & ~flags;
      if (failed && (told & (MSG_TRUNC | MSG_CTRUNC)) === 0) told |= MSG_TRUNC;
      message.setUint32(wsamsg.dwFlags.at, told, true);
      return moved[0];
    },
  };
}

function fieldsOf(header: unknown): DataView {
  const { buffer, byteOffset } = header as Uint8Array;
  return new DataView(buffer, byteOffset, layout.wsamsg.size);
}
