/** The optional functions that macOS has. `check:darwin` confirms them with a linker. */
export const there: readonly string[] = [
  "__error",
  "fcntl",
  "gai_strerror",
  "hstrerror",
  "kevent",
  "kqueue",
  "lseek",
  "poll",
  "read",
  "select",
  "sendfile",
  "sethostname",
  "socketpair",
  "strerror_r",
];
