/** `<sys/event.h>`: the BSDs' and macOS's readiness of many descriptors. */

import { buf, int } from "./c.ts";

const kevent = {
  parameters: [
    int, /* kq */
    buf, /* changelist */
    int, /* nchanges */
    buf, /* eventlist */
    int, /* nevents */
    buf, /* timeout */
  ],
  result: int,
  optional: true,
} as const;

/** The declarations of `<sys/event.h>`. */
export const kqueue = {
  kqueue: { parameters: [], result: int, optional: true },
  kevent,
  // On another thread: its errno is lost.
  kevent_async: { ...kevent, name: "kevent", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;
