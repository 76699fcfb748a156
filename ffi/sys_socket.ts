/** `<sys/socket.h>` */

import { buf, int, size_t, socklen_t, ssize_t } from "./c.ts";

/** The declarations of `<sys/socket.h>`. */
export const sys_socket = {
  socket: {
    parameters: [int, /* domain */ int, /* type */ int /* protocol */],
    result: int,
  },
  socketpair: {
    parameters: [
      int, /* domain */
      int, /* type */
      int, /* protocol */
      buf, /* sv[2] */
    ],
    result: int,
  },
  bind: {
    parameters: [int, /* fd */ buf, /* addr */ socklen_t /* len */],
    result: int,
  },
  listen: { parameters: [int, /* fd */ int /* backlog */], result: int },
  accept: {
    parameters: [int, /* fd */ buf, /* addr */ buf /* len */],
    result: int,
  },
  accept4: {
    parameters: [int, /* fd */ buf, /* addr */ buf, /* len */ int /* flags */],
    result: int,
    optional: true,
  },
  connect: {
    parameters: [int, /* fd */ buf, /* addr */ socklen_t /* len */],
    result: int,
  },
  shutdown: { parameters: [int, /* fd */ int /* how */], result: int },
  getsockname: {
    parameters: [int, /* fd */ buf, /* addr */ buf /* len */],
    result: int,
  },
  getpeername: {
    parameters: [int, /* fd */ buf, /* addr */ buf /* len */],
    result: int,
  },
  getsockopt: {
    parameters: [
      int, /* fd */
      int, /* level */
      int, /* optname */
      buf, /* optval */
      buf, /* len */
    ],
    result: int,
  },
  setsockopt: {
    parameters: [
      int, /* fd */
      int, /* level */
      int, /* optname */
      buf, /* optval */
      socklen_t, /* len */
    ],
    result: int,
  },
  send: {
    parameters: [int, /* fd */ buf, /* buf */ size_t, /* n */ int /* flags */],
    result: ssize_t,
  },
  sendto: {
    parameters: [
      int, /* fd */
      buf, /* buf */
      size_t, /* n */
      int, /* flags */
      buf, /* addr */
      socklen_t, /* addr_len */
    ],
    result: ssize_t,
  },
  recv: {
    parameters: [int, /* fd */ buf, /* buf */ size_t, /* n */ int /* flags */],
    result: ssize_t,
  },
  // The same two for memory whose address is known: the FFI passes that on faster than a buffer.
  send_at: {
    name: "send",
    parameters: [int, "pointer", /* buf */ size_t, /* n */ int /* flags */],
    result: ssize_t,
  },
  recv_at: {
    name: "recv",
    parameters: [int, "pointer", /* buf */ size_t, /* n */ int /* flags */],
    result: ssize_t,
  },
  recvfrom: {
    parameters: [
      int, /* fd */
      buf, /* buf */
      size_t, /* n */
      int, /* flags */
      buf, /* addr */
      buf, /* addr_len */
    ],
    result: ssize_t,
  },
  sendmsg: {
    parameters: [int, /* fd */ buf, /* msghdr */ int /* flags */],
    result: ssize_t,
  },
  recvmsg: {
    parameters: [int, /* fd */ buf, /* msghdr */ int /* flags */],
    result: ssize_t,
  },
  sendmmsg: {
    parameters: [
      int, /* fd */
      buf, /* msgvec */
      size_t, /* vlen */
      int, /* flags */
    ],
    result: int,
    optional: true,
  },
  recvmmsg: {
    parameters: [
      int, /* fd */
      buf, /* msgvec */
      size_t, /* vlen */
      int, /* flags */
      buf, /* timeout */
    ],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
