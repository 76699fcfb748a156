/** `<sys/epoll.h>`: Linux's readiness of many descriptors. */

import { buf, int } from "./c.ts";

const epoll_wait = {
  parameters: [
    int, /* epfd */
    buf, /* events */
    int, /* maxevents */
    int, /* timeout ms */
  ],
  result: int,
  optional: true,
} as const;

/** The declarations of `<sys/epoll.h>`. */
export const epoll = {
  epoll_create1: { parameters: [int /* flags */], result: int, optional: true },
  epoll_ctl: {
    parameters: [int, /* epfd */ int, /* op */ int, /* fd */ buf /* event */],
    result: int,
    optional: true,
  },
  epoll_wait,
  // On another thread: its errno is lost.
  epoll_wait_later: { ...epoll_wait, name: "epoll_wait", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;
