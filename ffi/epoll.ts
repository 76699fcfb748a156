/** `<sys/epoll.h>`: Linux's readiness of many descriptors. */

import { buf, int, size_t } from "./c.ts";

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
  epoll_pwait2: {
    parameters: [
      int, /* epfd */
      buf, /* events */
      int, /* maxevents */
      buf, /* timeout: timespec */
      buf, /* sigmask */
      size_t, /* its size */
    ],
    result: int,
    optional: true,
  },
  // On another thread: its errno is lost.
  epoll_wait_async: { ...epoll_wait, name: "epoll_wait", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;
