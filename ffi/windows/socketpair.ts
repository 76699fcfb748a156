/** `socketpair` for Windows, which has none: a connection over the loopback interface. */

import { table } from "../../constants/table.ts";
import { layout } from "../layout/mod.ts";
import type { Libc } from "../system.ts";
import type { Windows } from "./libraries.ts";

const C = table.constants;

/** Makes `socketpair`, which supports `SOCK_STREAM` in `AF_INET` and `AF_INET6`. */
export function pairCalls(
  windows: Windows,
  socket: Libc["socket"],
): Pick<Libc, "socketpair"> {
  return {
    socketpair(domain, type, protocol, pair) {
      const address = loopback(domain);
      const refusal = address === undefined
        ? C.WSAEAFNOSUPPORT
        : type !== C.SOCK_STREAM
        ? C.WSAESOCKTNOSUPPORT
        : protocol !== 0
        ? C.WSAEPROTONOSUPPORT
        : undefined;
      if (refusal !== undefined) return failure(refusal);
      const open = (): number => socket(domain, type, protocol);
      const listener = open();
      const near = open();
      const far = connect(listener, near, address!);
      const error = windows.WSAGetLastError();
      windows.close(listener);
      if (far >= 0) {
        (pair as Int32Array).set([near, far]);
        return 0;
      }
      windows.close(near);
      return failure(error);
    },
  };

  /** Connects a socket to the listener; returns the accepted socket, or -1 on failure. */
  function connect(
    listener: number,
    near: number,
    address: Uint8Array<ArrayBuffer>,
  ): number {
    const length = Uint32Array.of(address.length);
    if (
      windows.bind(listener, address, address.length) < 0 ||
      windows.listen(listener, 1) < 0 ||
      windows.getsockname(listener, address, length) < 0 ||
      // This returns before the connection is accepted.
      windows.connect(near, address, address.length) < 0
    ) return -1;
    const far = windows.accept(listener, null, null);
    if (far < 0) return -1;
    if (areEnds(near, far) && areEnds(far, near)) return far;
    windows.close(far); // another process connected first
    return failure(C.WSAECONNABORTED);
  }

  /** Whether one socket's own address is the other's peer address. */
  function areEnds(one: number, other: number): boolean {
    const own = addressFrom((...to) => windows.getsockname(one, ...to));
    const peer = addressFrom((...to) => windows.getpeername(other, ...to));
    return own !== "" && own === peer;
  }

  function failure(error: number): number {
    windows.WSASetLastError(error);
    return -1;
  }
}

/** The loopback `sockaddr` of a family with port 0; `undefined` for another family. */
function loopback(family: number): Uint8Array<ArrayBuffer> | undefined {
  const { sockaddr, sockaddr_in, sockaddr_in6 } = layout;
  const start = (size: number): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(size);
    bytes[sockaddr.sa_family.at] = family;
    return bytes;
  };
  switch (family) {
    case C.AF_INET: {
      const bytes = start(sockaddr_in.size);
      bytes.set([127, 0, 0, 1], sockaddr_in.sin_addr.at);
      return bytes;
    }
    case C.AF_INET6: {
      const bytes = start(sockaddr_in6.size);
      bytes[sockaddr_in6.sin6_addr.at + 15] = 1;
      return bytes;
    }
  }
  return undefined;
}

/** Returns an address's bytes as text, for comparison; `""` on failure. */
function addressFrom(
  ask: (
    address: Uint8Array<ArrayBuffer>,
    length: Uint32Array<ArrayBuffer>,
  ) => number,
): string {
  const bytes = new Uint8Array(layout.sockaddr_storage.size);
  const length = Uint32Array.of(bytes.length);
  return ask(bytes, length) < 0 ? "" : String(bytes.subarray(0, length[0]));
}
