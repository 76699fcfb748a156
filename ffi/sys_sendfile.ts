/** `sendfile`, and the file functions of `<unistd.h>`. */

import { buf, int, size_t, ssize_t } from "./c.ts";

/**
 * The declarations for sending files. Linux, macOS and FreeBSD each have a `sendfile` with another
 * signature; `sendfile.ts` chooses the one that applies.
 */
export const sys_sendfile = {
  sendfile_linux: {
    name: "sendfile",
    parameters: [
      /* out_fd */ int,
      /* in_fd */ int,
      /* offset */ buf,
      /* count */ size_t,
    ],
    result: ssize_t,
    optional: true,
  },
  sendfile_darwin: {
    name: "sendfile",
    parameters: [
      /* fd */ int,
      /* s */ int,
      /* offset */ "i64",
      /* len */ buf,
      /* hdtr */ buf,
      /* flags */ int,
    ],
    result: int,
    optional: true,
  },
  sendfile_freebsd: {
    name: "sendfile",
    parameters: [
      /* fd */ int,
      /* s */ int,
      /* offset */ "i64",
      /* nbytes */ size_t,
      /* hdtr */ buf,
      /* sbytes */ buf,
      /* flags */ int,
    ],
    result: int,
    optional: true,
  },
  open: {
    parameters: [/* path */ buf, /* oflag */ int],
    result: int,
    optional: true,
  },
  read: {
    parameters: [/* fd */ int, /* buf */ buf, /* nbytes */ size_t],
    result: ssize_t,
    optional: true,
  },
  lseek: {
    parameters: [/* fd */ int, /* offset */ "i64", /* whence */ int],
    result: "i64",
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
