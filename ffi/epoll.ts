/** `<sys/epoll.h>`: readiness of many descriptors on Linux. */

import { buf, int, size_t } from "./c.ts";

const epoll_wait = {
  parameters: [
    /* epfd */ int,
    /* events */ buf,
    /* maxevents */ int,
    /* timeout, ms */ int,
  ],
  result: int,
  optional: true,
} as const;

/** The declarations of `<sys/epoll.h>`. */
export const epoll = {
  epoll_create1: { parameters: [/* flags */ int], result: int, optional: true },
  epoll_ctl: {
    parameters: [/* epfd */ int, /* op */ int, /* fd */ int, /* event */ buf],
    result: int,
    optional: true,
  },
  epoll_wait,
  epoll_pwait2: {
    parameters: [
      /* epfd */ int,
      /* events */ buf,
      /* maxevents */ int,
      /* timeout, timespec */ buf,
      /* sigmask */ buf,
      /* sigsetsize, which only the system call has */ size_t,
    ],
    result: int,
    optional: true,
  },
  // Runs on another thread, so its errno is lost.
  epoll_wait_async: { ...epoll_wait, name: "epoll_wait", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;
