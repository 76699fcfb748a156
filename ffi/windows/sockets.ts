/** Functions of `<sys/socket.h>`, `<poll.h>` and `<arpa/inet.h>` whose Winsock form differs. */

import { table } from "../../constants/table.ts";
import { layout } from "../layout/mod.ts";
import type { Libc } from "../system.ts";
import type { Windows } from "./libraries.ts";

const {
  AF_UNSPEC,
  TCP_QUICKACK,
  WSA_FLAG_NO_HANDLE_INHERIT,
  WSA_FLAG_OVERLAPPED,
} = table.constants;

/** The flags of new sockets: child processes do not inherit them, as in Python. */
export const SOCKET_FLAGS: number = WSA_FLAG_OVERLAPPED |
  WSA_FLAG_NO_HANDLE_INHERIT;

const returned = new Uint32Array(1);

/** Makes the functions for sockets, except messages and pairs. */
export function socketCalls(
  windows: Windows,
): Pick<
  Libc,
  "inet_aton" | "poll" | "recvfrom" | "select" | "setsockopt" | "socket"
> {
  const poll: Libc["poll"] = (fds, count, timeout) => {
    if (count > 0) return windows.poll(fds, count, timeout);
    windows.Sleep(timeout >>> 0);
    return 0;
  };
  return {
    socket: (domain, type, protocol) =>
      windows.WSASocketW(domain, type, protocol, null, 0, SOCKET_FLAGS),

    // On a connection, Winsock leaves the address untouched: then its length is reported as 0.
    recvfrom(fd, buffer, length, flags, address, addressLength) {
      const { buffer: storage, byteOffset } = address as Uint8Array;
      const family = new Uint16Array(storage, byteOffset, 1);
      family[0] = AF_UNSPEC;
      const count = windows.recvfrom(
        fd,
        buffer,
        length,
        flags,
        address,
        addressLength,
      );
      if (count >= 0 && family[0] === AF_UNSPEC) {
        (addressLength as Uint32Array)[0] = 0;
      }
      return count;
    },

    // An option in Python, but a control code in Winsock, which sets it and cannot read it.
    setsockopt(fd, level, name, value, length) {
      if (name !== TCP_QUICKACK) {
        return windows.setsockopt(fd, level, name, value, length);
      }
      const code = name >>> 0;
      return windows.WSAIoctl(
        fd,
        code,
        value,
        length,
        null,
        0,
        returned,
        null,
        null,
      );
    },

    // Windows rejects a wait for no sockets, both in WSAPoll and in select.
    poll,

    select(count, readers, writers, failed, timeout) {
      const isEmpty = [readers, writers, failed].every((set) =>
        set === null || new Uint32Array((set as Uint8Array).buffer)[0] === 0
      );
      if (isEmpty) return poll(null, 0, milliseconds(timeout));
      return windows.select!(count, readers, writers, failed, timeout);
    },

    inet_aton(text, into) {
      const address = windows.inet_addr(text);
      if (address === NONE && !isBroadcast(text as Uint8Array)) return 0;
      const { buffer, byteOffset } = into as Uint8Array;
      new DataView(buffer).setUint32(byteOffset, address, true);
      return 1;
    },
  };
}

/** Converts a `timeval` to milliseconds, rounded up; -1 (no timeout) for null. */
function milliseconds(timeout: unknown): number {
  if (timeout === null) return -1;
  const { tv_sec, tv_usec } = layout.timeval;
  const fields = new DataView((timeout as Uint8Array).buffer);
  const micros = fields.getInt32(tv_usec.at, true);
  return fields.getInt32(tv_sec.at, true) * 1000 + Math.ceil(micros / 1000);
}

/** `INADDR_NONE`: what `inet_addr` returns for invalid text, and for 255.255.255.255. */
const NONE = 0xffffffff;

function isBroadcast(text: Uint8Array): boolean {
  return new TextDecoder().decode(text) === "255.255.255.255\0";
}
