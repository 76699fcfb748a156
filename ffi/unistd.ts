/** `<unistd.h>`, `<fcntl.h>` and `<poll.h>`: functions for any descriptor, and the host name. */

import { buf, int, size_t, ssize_t } from "./c.ts";

/** The declarations of `<unistd.h>`, `<fcntl.h>` and `<poll.h>`. */
export const unistd = {
  close: { parameters: [/* fd */ int], result: int },
  // Variadic in C, but F_GETFD, the only command used with this, takes no third argument.
  fcntl: { parameters: [/* fd */ int, /* cmd */ int], result: int },
  pipe2: {
    parameters: [/* pipefd */ buf, /* flags */ int],
    result: int,
    optional: true,
  },
  splice: {
    parameters: [
      /* fd_in */ int,
      /* off_in */ buf,
      /* fd_out */ int,
      /* off_out */ buf,
      /* len */ size_t,
      /* flags */ int,
    ],
    result: ssize_t,
    optional: true,
  },
  gethostname: { parameters: [/* name */ buf, /* len */ size_t], result: int },
  sethostname: {
    parameters: [/* name */ buf, /* len */ size_t],
    result: int,
    optional: true,
  },
  poll: {
    parameters: [/* fds */ buf, /* nfds */ size_t, /* timeout, ms */ int],
    result: int,
  },
} as const satisfies Deno.ForeignLibraryInterface;
