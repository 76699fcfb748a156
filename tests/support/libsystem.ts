/**
 * What macOS has of the functions that not every system has: `check:darwin` has a linker confirm it.
 */
export const there: readonly string[] = [
  "__error",
  "fcntl",
  "gai_strerror",
  "hstrerror",
  "kevent",
  "kqueue",
  "lseek",
  "open",
  "poll",
  "read",
  "select",
  "sendfile",
  "sethostname",
  "socketpair",
  "strerror_r",
];
