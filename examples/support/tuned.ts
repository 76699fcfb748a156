/** A TCP socket for a connection to a server that must be there: a database, a cache. Linux. */

import {
  AF_INET,
  AsyncSocket,
  IPPROTO_TCP,
  SO_BINDTODEVICE,
  SO_KEEPALIVE,
  SOL_SOCKET,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_NODELAY,
  TCP_USER_TIMEOUT,
} from "@libc/socket/async";

/**
 * Makes a socket that is not connected yet, and notices within half a minute that the other machine
 * is gone.
 *
 * @param device the interface by which to reach it, whatever the routes say; `undefined` for any
 */
export function tunedSocket(device: string | undefined): AsyncSocket {
  const socket = new AsyncSocket(AF_INET);
  socket.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1);
  socket.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 15); // seconds of silence before the first probe
  socket.setsockopt(IPPROTO_TCP, TCP_KEEPINTVL, 5); // seconds between probes
  socket.setsockopt(IPPROTO_TCP, TCP_KEEPCNT, 3); // probes without an answer
  socket.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, 30_000); // milliseconds, of what was sent
  socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
  if (device !== undefined) {
    const name = new TextEncoder().encode(device);
    socket.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, name);
  }
  return socket;
}
