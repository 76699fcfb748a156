/** `<sys/select.h>`, and `<poll.h>`'s `poll` on another thread. */

import { buf, int } from "./c.ts";
import { unistd } from "./unistd.ts";

/** The declarations of `<sys/select.h>`, and a `poll` that loses its errno. */
export const select = {
  select: {
    parameters: [
      /* nfds */ int,
      /* readfds */ buf,
      /* writefds */ buf,
      /* exceptfds */ buf,
      /* timeout */ buf,
    ],
    result: int,
    optional: true,
  },
  poll_async: {
    ...unistd.poll,
    name: "poll",
    nonblocking: true,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
