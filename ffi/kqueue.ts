/** `<sys/event.h>`: readiness of many descriptors on macOS and the BSDs. */

import { buf, int } from "./c.ts";

const kevent = {
  parameters: [
    /* kq */ int,
    /* changelist */ buf,
    /* nchanges */ int,
    /* eventlist */ buf,
    /* nevents */ int,
    /* timeout */ buf,
  ],
  result: int,
  optional: true,
} as const;

/** The declarations of `<sys/event.h>`. */
export const kqueue = {
  kqueue: { parameters: [], result: int, optional: true },
  kevent,
  // Runs on another thread, so its errno is lost.
  kevent_async: { ...kevent, name: "kevent", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;
