/** `<sys/sendfile.h>`, and what of `<unistd.h>` and `<fcntl.h>` reads files. */

import { buf, int, size_t, ssize_t } from "./c.ts";

/**
 * The declarations for sending files. Three systems have a `sendfile`, each with parameters of its
 * own: which of these is the true one, `sendfile.ts` knows.
 */
export const sys_sendfile = {
  sendfile_linux: {
    name: "sendfile",
    parameters: [
      int, /* out_fd */
      int, /* in_fd */
      buf, /* offset */
      size_t, /* count */
    ],
    result: ssize_t,
    optional: true,
  },
  sendfile_darwin: {
    name: "sendfile",
    parameters: [
      int, /* fd */
      int, /* s */
      "i64", /* offset */
      buf, /* len */
      buf, /* hdtr */
      int, /* flags */
    ],
    result: int,
    optional: true,
  },
  sendfile_freebsd: {
    name: "sendfile",
    parameters: [
      int, /* fd */
      int, /* s */
      "i64", /* offset */
      size_t, /* nbytes */
      buf, /* hdtr */
      buf, /* sbytes */
      int, /* flags */
    ],
    result: int,
    optional: true,
  },
  // Variadic in C, but with no third argument unless it creates the file.
  open: {
    parameters: [buf, /* path */ int /* oflag */],
    result: int,
    optional: true,
  },
  read: {
    parameters: [int, /* fd */ buf, /* buf */ size_t /* nbytes */],
    result: ssize_t,
    optional: true,
  },
  lseek: {
    parameters: [int, /* fd */ "i64", /* offset */ int /* whence */],
    result: "i64",
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
