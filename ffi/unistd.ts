/** `<unistd.h>`, `<fcntl.h>` and `<poll.h>`: what descriptors of any kind have. */

import { buf, int, size_t, ssize_t } from "./c.ts";

/** The declarations of `<unistd.h>`, `<fcntl.h>` and `<poll.h>`. */
export const unistd = {
  close: { parameters: [int /* fd */], result: int },
  // Variadic in C, but with no third argument for F_GETFD and F_GETFL, the only commands used here.
  fcntl: { parameters: [int, /* fd */ int /* cmd */], result: int },
  pipe2: {
    parameters: [buf, /* pipefd[2] */ int /* flags */],
    result: int,
    optional: true,
  },
  splice: {
    parameters: [
      int, /* fd_in */
      buf, /* off_in */
      int, /* fd_out */
      buf, /* off_out */
      size_t, /* len */
      int, /* flags */
    ],
    result: ssize_t,
    optional: true,
  },
  gethostname: { parameters: [buf, /* name */ size_t /* len */], result: int },
  sethostname: {
    parameters: [buf, /* name */ size_t /* len */],
    result: int,
    optional: true,
  },
  poll: {
    parameters: [buf, /* fds */ size_t, /* nfds */ int /* timeout ms */],
    result: int,
  },
} as const satisfies Deno.ForeignLibraryInterface;
