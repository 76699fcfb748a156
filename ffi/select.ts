/** `<sys/select.h>`, and `poll` of `<poll.h>` on another thread. */

import { buf, int } from "./c.ts";
import { unistd } from "./unistd.ts";

/** The declarations of `<sys/select.h>`, and `poll` without its errno. */
export const select = {
  select: {
    parameters: [
      int, /* nfds */
      buf, /* readfds */
      buf, /* writefds */
      buf, /* exceptfds */
      buf, /* timeout */
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
