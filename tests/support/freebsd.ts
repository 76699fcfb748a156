/** Makes the module instance that imports this first one of FreeBSD. */

import { become } from "./emulated.ts";

become({
  build: {
    target: "x86_64-unknown-freebsd",
    os: "freebsd",
    arch: "x86_64",
    vendor: "unknown",
  },
  library: /^(\/lib\/)?libc\.so\.7$/,
  there: [
    "__error",
    "accept4",
    "fcntl",
    "gai_strerror",
    "kevent",
    "kqueue",
    "socketpair",
    "strerror_r",
  ],
});
