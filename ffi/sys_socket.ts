/** `<sys/socket.h>`: sockets. */

import { buf, int, size_t, socklen_t, ssize_t } from "./c.ts";

/** The declarations of `<sys/socket.h>`. */
export const sys_socket = {
  socket: {
    parameters: [/* domain */ int, /* type */ int, /* protocol */ int],
    result: int,
  },
  socketpair: {
    parameters: [
      /* domain */ int,
      /* type */ int,
      /* protocol */ int,
      /* sv */ buf,
    ],
    result: int,
  },
  bind: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ socklen_t],
    result: int,
  },
  listen: { parameters: [/* fd */ int, /* backlog */ int], result: int },
  accept: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ buf],
    result: int,
  },
  accept4: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ buf, /* flags */ int],
    result: int,
    optional: true,
  },
  connect: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ socklen_t],
    result: int,
  },
  shutdown: { parameters: [/* fd */ int, /* how */ int], result: int },
  getsockname: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ buf],
    result: int,
  },
  getpeername: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ buf],
    result: int,
  },
  getsockopt: {
    parameters: [
      /* fd */ int,
      /* level */ int,
      /* optname */ int,
      /* optval */ buf,
      /* len */ buf,
    ],
    result: int,
  },
  setsockopt: {
    parameters: [
      /* fd */ int,
      /* level */ int,
      /* optname */ int,
      /* optval */ buf,
      /* len */ socklen_t,
    ],
    result: int,
  },
  send: {
    parameters: [/* fd */ int, /* buf */ buf, /* n */ size_t, /* flags */ int],
    result: ssize_t,
  },
  sendto: {
    parameters: [
      /* fd */ int,
      /* buf */ buf,
      /* n */ size_t,
      /* flags */ int,
      /* addr */ buf,
      /* addr_len */ socklen_t,
    ],
    result: ssize_t,
  },
  recv: {
    parameters: [/* fd */ int, /* buf */ buf, /* n */ size_t, /* flags */ int],
    result: ssize_t,
  },
  // For memory whose address is known: the FFI passes a pointer faster than a buffer.
  send_at: {
    name: "send",
    parameters: [
      /* fd */ int,
      /* buf */ "pointer",
      /* n */ size_t,
      /* flags */ int,
    ],
    result: ssize_t,
  },
  recv_at: {
    name: "recv",
    parameters: [
      /* fd */ int,
      /* buf */ "pointer",
      /* n */ size_t,
      /* flags */ int,
    ],
    result: ssize_t,
  },
  recvfrom: {
    parameters: [
      /* fd */ int,
      /* buf */ buf,
      /* n */ size_t,
      /* flags */ int,
      /* addr */ buf,
      /* addr_len */ buf,
    ],
    result: ssize_t,
  },
  sendmsg: {
    parameters: [/* fd */ int, /* msghdr */ buf, /* flags */ int],
    result: ssize_t,
  },
  recvmsg: {
    parameters: [/* fd */ int, /* msghdr */ buf, /* flags */ int],
    result: ssize_t,
  },
  sendmmsg: {
    parameters: [
      /* fd */ int,
      /* msgvec */ buf,
      /* vlen */ size_t,
      /* flags */ int,
    ],
    result: int,
    optional: true,
  },
  recvmmsg: {
    parameters: [
      /* fd */ int,
      /* msgvec */ buf,
      /* vlen */ size_t,
      /* flags */ int,
      /* timeout */ buf,
    ],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
