/** Imported first, it makes a test file run as on FreeBSD. */

import { emulate } from "./emulated.ts";

emulate({
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
    "freeifaddrs",
    "gai_strerror",
    "getifaddrs",
    "ioctl",
    "kevent",
    "kqueue",
    "socketpair",
    "strerror_r",
  ],
});
