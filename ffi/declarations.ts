/** The declarations of C functions, header by header, and all of them in one table. */

// The C types of the declarations in this folder: their C names, and what Deno's FFI calls them.
//
// `size_t` is passed and `ssize_t` is returned as 32 bits: the 64-bit types are off the FFI's fast
// path and cost 150 to 300 ns more per call. Callers clamp lengths to 2^31 - 1, and the calling
// conventions of x86-64 and arm64 zero-extend a 32-bit argument when they load it.

/** `int` */
export const int = "i32";
/** `size_t`, in the low 32 bits. */
export const size_t = "u32";
/** `ssize_t`, of which only the low 32 bits are read. */
export const ssize_t = "i32";
/** `socklen_t` */
export const socklen_t = "u32";
/** A pointer to a JavaScript buffer, which C accesses only during the call. */
export const buf = "buffer";
/** A pointer as a number: an address that libc returned, or a result of `addressOf`. */
export const address = "u64";

// `<sys/socket.h>`: sockets.

/** The declarations of `<sys/socket.h>`. */
export const sys_socket = {
  socket: {
    parameters: [/* domain */ int, /* type */ int, /* protocol */ int],
    result: int,
  },
  socketpair: {
    parameters: [
      /* domain */ int,
      /* type */ int,
      /* protocol */ int,
      /* sv */ buf,
    ],
    result: int,
  },
  bind: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ socklen_t],
    result: int,
  },
  listen: { parameters: [/* fd */ int, /* backlog */ int], result: int },
  accept: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ buf],
    result: int,
  },
  accept4: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ buf, /* flags */ int],
    result: int,
    optional: true,
  },
  connect: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ socklen_t],
    result: int,
  },
  shutdown: { parameters: [/* fd */ int, /* how */ int], result: int },
  getsockname: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ buf],
    result: int,
  },
  getpeername: {
    parameters: [/* fd */ int, /* addr */ buf, /* len */ buf],
    result: int,
  },
  getsockopt: {
    parameters: [
      /* fd */ int,
      /* level */ int,
      /* optname */ int,
      /* optval */ buf,
      /* len */ buf,
    ],
    result: int,
  },
  setsockopt: {
    parameters: [
      /* fd */ int,
      /* level */ int,
      /* optname */ int,
      /* optval */ buf,
      /* len */ socklen_t,
    ],
    result: int,
  },
  send: {
    parameters: [/* fd */ int, /* buf */ buf, /* n */ size_t, /* flags */ int],
    result: ssize_t,
  },
  sendto: {
    parameters: [
      /* fd */ int,
      /* buf */ buf,
      /* n */ size_t,
      /* flags */ int,
      /* addr */ buf,
      /* addr_len */ socklen_t,
    ],
    result: ssize_t,
  },
  recv: {
    parameters: [/* fd */ int, /* buf */ buf, /* n */ size_t, /* flags */ int],
    result: ssize_t,
  },
  // For memory whose address is known: the FFI passes a pointer faster than a buffer.
  send_at: {
    name: "send",
    parameters: [
      /* fd */ int,
      /* buf */ "pointer",
      /* n */ size_t,
      /* flags */ int,
    ],
    result: ssize_t,
  },
  recv_at: {
    name: "recv",
    parameters: [
      /* fd */ int,
      /* buf */ "pointer",
      /* n */ size_t,
      /* flags */ int,
    ],
    result: ssize_t,
  },
  recvfrom: {
    parameters: [
      /* fd */ int,
      /* buf */ buf,
      /* n */ size_t,
      /* flags */ int,
      /* addr */ buf,
      /* addr_len */ buf,
    ],
    result: ssize_t,
  },
  sendmsg: {
    parameters: [/* fd */ int, /* msghdr */ buf, /* flags */ int],
    result: ssize_t,
  },
  recvmsg: {
    parameters: [/* fd */ int, /* msghdr */ buf, /* flags */ int],
    result: ssize_t,
  },
  sendmmsg: {
    parameters: [
      /* fd */ int,
      /* msgvec */ buf,
      /* vlen */ size_t,
      /* flags */ int,
    ],
    result: int,
    optional: true,
  },
  recvmmsg: {
    parameters: [
      /* fd */ int,
      /* msgvec */ buf,
      /* vlen */ size_t,
      /* flags */ int,
      /* timeout */ buf,
    ],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

// `<netdb.h>` and `<arpa/inet.h>`: name resolution.

const getaddrinfo = {
  parameters: [
    /* node */ buf,
    /* service */ buf,
    /* hints */ buf,
    /* res */ buf,
  ],
  result: int,
} as const;

const getnameinfo = {
  parameters: [
    /* sa */ buf,
    /* salen */ socklen_t,
    /* host */ buf,
    /* hostlen */ socklen_t,
    /* serv */ buf,
    /* servlen */ socklen_t,
    /* flags */ int,
  ],
  result: int,
} as const;

const gethostbyname_r = {
  parameters: [
    /* name */ buf,
    /* ret */ buf,
    /* buf */ buf,
    /* buflen */ size_t,
    /* result */ buf,
    /* h_errnop */ buf,
  ],
  result: int,
  optional: true,
} as const;

const gethostbyaddr_r = {
  parameters: [
    /* addr */ buf,
    /* len */ socklen_t,
    /* type */ int,
    /* ret */ buf,
    /* buf */ buf,
    /* buflen */ size_t,
    /* result */ buf,
    /* h_errnop */ buf,
  ],
  result: int,
  optional: true,
} as const;

/**
 * `getaddrinfo` and `getnameinfo` on another thread, as they may block for long. Their `errno` is
 * lost, but their results suffice.
 */
export const netdb_async = {
  getaddrinfo_async: {
    ...getaddrinfo,
    name: "getaddrinfo",
    nonblocking: true,
  },
  getnameinfo_async: {
    ...getnameinfo,
    name: "getnameinfo",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * The declarations of `<netdb.h>` and `<arpa/inet.h>`. The functions that have an `_r` form return
 * static storage. It belongs to one thread on macOS, FreeBSD and Windows, but in glibc all threads
 * (all Workers) share it, so the `_r` forms are used there.
 */
export const netdb = {
  ...netdb_async,
  getaddrinfo,
  freeaddrinfo: { parameters: [/* res */ address], result: "void" },
  gai_strerror: {
    parameters: [/* errcode */ int],
    result: address,
    optional: true,
  },
  getnameinfo,
  hstrerror: { parameters: [/* err */ int], result: address, optional: true },
  gethostbyname: { parameters: [/* name */ buf], result: address },
  gethostbyaddr: {
    parameters: [/* addr */ buf, /* len */ socklen_t, /* type */ int],
    result: address,
  },
  getservbyname: {
    parameters: [/* name */ buf, /* proto */ buf],
    result: address,
  },
  getservbyport: {
    parameters: [/* port */ int, /* proto */ buf],
    result: address,
  },
  getprotobyname: { parameters: [/* name */ buf], result: address },
  gethostbyname_r,
  gethostbyname_r_async: {
    ...gethostbyname_r,
    name: "gethostbyname_r",
    nonblocking: true,
  },
  gethostbyaddr_r,
  gethostbyaddr_r_async: {
    ...gethostbyaddr_r,
    name: "gethostbyaddr_r",
    nonblocking: true,
  },
  getservbyname_r: {
    parameters: [
      /* name */ buf,
      /* proto */ buf,
      /* ret */ buf,
      /* buf */ buf,
      /* buflen */ size_t,
      /* result */ buf,
    ],
    result: int,
    optional: true,
  },
  getservbyport_r: {
    parameters: [
      /* port */ int,
      /* proto */ buf,
      /* ret */ buf,
      /* buf */ buf,
      /* buflen */ size_t,
      /* result */ buf,
    ],
    result: int,
    optional: true,
  },
  getprotobyname_r: {
    parameters: [
      /* name */ buf,
      /* ret */ buf,
      /* buf */ buf,
      /* buflen */ size_t,
      /* result */ buf,
    ],
    result: int,
    optional: true,
  },
  // glibc 2.34 and later; before, these were in a library of their own.
  getaddrinfo_a: {
    parameters: [
      /* mode */ int,
      /* list */ buf,
      /* nitems */ int,
      /* sevp */ buf,
    ],
    result: int,
    optional: true,
  },
  gai_error: { parameters: [/* req */ address], result: int, optional: true },
  gai_cancel: { parameters: [/* req */ address], result: int, optional: true },
  inet_aton: { parameters: [/* cp */ buf, /* inp */ buf], result: int },
} as const satisfies Deno.ForeignLibraryInterface;

// `<unistd.h>`, `<fcntl.h>` and `<poll.h>`: functions for any descriptor, and the host name.

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

/**
 * `syscall(2)` with the arguments of `sendto` and `recvfrom`. Their last parameters differ (a
 * length, and a pointer to one), but are null for both here.
 */
export const syscall = {
  syscall: {
    parameters: [
      /* number */ int,
      /* fd */ int,
      /* buf */ buf,
      /* n */ size_t,
      /* flags */ int,
      /* addr */ "pointer",
      /* addr_len */ "pointer",
    ],
    result: ssize_t,
  },
  // For memory whose address is known.
  syscall_at: {
    name: "syscall",
    parameters: [
      /* number */ int,
      /* fd */ int,
      /* buf */ "pointer",
      /* n */ size_t,
      /* flags */ int,
      /* addr */ "pointer",
      /* addr_len */ "pointer",
    ],
    result: ssize_t,
  },
} as const satisfies Deno.ForeignLibraryInterface;

// `<sys/select.h>`, and `<poll.h>`'s `poll` on another thread.

/** The declarations of `<sys/select.h>`, and a `poll` that loses its errno. */
export const select = {
  select: {
    parameters: [
      /* nfds */ int,
      /* readfds */ buf,
      /* writefds */ buf,
      /* exceptfds */ buf,
      /* timeout */ buf,
    ],
    result: int,
    optional: true,
  },
  poll_async: {
    ...unistd.poll,
    name: "poll",
    nonblocking: true,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

// `<sys/epoll.h>`: readiness of many descriptors on Linux.

const epoll_wait = {
  parameters: [
    /* epfd */ int,
    /* events */ buf,
    /* maxevents */ int,
    /* timeout, ms */ int,
  ],
  result: int,
  optional: true,
} as const;

/** The declarations of `<sys/epoll.h>`. */
export const epoll = {
  epoll_create1: { parameters: [/* flags */ int], result: int, optional: true },
  epoll_ctl: {
    parameters: [/* epfd */ int, /* op */ int, /* fd */ int, /* event */ buf],
    result: int,
    optional: true,
  },
  epoll_wait,
  epoll_pwait2: {
    parameters: [
      /* epfd */ int,
      /* events */ buf,
      /* maxevents */ int,
      /* timeout, timespec */ buf,
      /* sigmask */ buf,
      /* sigsetsize, which only the system call has */ size_t,
    ],
    result: int,
    optional: true,
  },
  // Runs on another thread, so its errno is lost.
  epoll_wait_async: { ...epoll_wait, name: "epoll_wait", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

// `<sys/event.h>`: readiness of many descriptors on macOS and the BSDs.

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

// `<stdlib.h>` and `<dlfcn.h>`: memory of the C library, and the addresses of its functions.

/** The declarations of `<stdlib.h>` and `<dlfcn.h>`. */
export const stdlib = {
  calloc: {
    parameters: [/* nmemb */ size_t, /* size */ size_t],
    result: address,
    optional: true,
  },
  free: { parameters: [/* ptr */ address], result: "void", optional: true },
  dlsym: {
    parameters: [/* handle */ address, /* name */ buf],
    result: address,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

// `<string.h>`: reading memory that libc owns, and error messages.

/**
 * The declarations of `<string.h>`. `memcpy` has three uses: it reads memory at an address without
 * `Deno.UnsafePointerView` (which `--allow-ffi=<path of libc>` does not permit), it writes memory
 * that libc allocated, and, as it returns its first argument, copying 0 bytes returns a buffer's
 * address.
 */
export const string = {
  memcpy_from: {
    name: "memcpy",
    parameters: [/* dest */ buf, /* src */ address, /* n */ size_t],
    result: "void",
  },
  memcpy_to: {
    name: "memcpy",
    parameters: [/* dest */ address, /* src */ buf, /* n */ size_t],
    result: "void",
    optional: true,
  },
  memcpy_address: {
    name: "memcpy",
    parameters: [/* dest */ buf, /* src */ address, /* n */ size_t],
    result: address,
  },
  memcpy_pointer: {
    name: "memcpy",
    parameters: [/* dest */ buf, /* src */ address, /* n */ size_t],
    result: "pointer",
  },
  strlen: { parameters: [/* s */ address], result: "u64" },
  // glibc's strerror_r has another signature; this is its name for the POSIX one.
  __xpg_strerror_r: {
    parameters: [/* errnum */ int, /* buf */ buf, /* buflen */ size_t],
    result: int,
    optional: true,
  },
  strerror_r: {
    parameters: [/* errnum */ int, /* buf */ buf, /* buflen */ size_t],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

// `<net/if.h>`: the names and indices of network interfaces.

/** The declarations of `<net/if.h>`. */
export const net_if = {
  if_nametoindex: { parameters: [/* ifname */ buf], result: "u32" },
  if_indextoname: {
    parameters: [/* ifindex */ "u32", /* ifname */ buf],
    result: address,
  },
  if_nameindex: { parameters: [], result: address },
  if_freenameindex: { parameters: [/* ptr */ address], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

// `<ifaddrs.h>`: the network interfaces and their addresses.

/** The declarations of `<ifaddrs.h>`. */
export const ifaddrs = {
  getifaddrs: { parameters: [/* ifap */ buf], result: int, optional: true },
  freeifaddrs: {
    parameters: [/* ifa */ address],
    result: "void",
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

// `sendfile`, and the file functions of `<unistd.h>`.

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

// The files of Unix sockets.

/** The declarations of `<sys/stat.h>` and `<sys/file.h>`, and `unlink` of `<unistd.h>`. */
export const files = {
  unlink: { parameters: [/* path */ buf], result: int, optional: true },
  chmod: {
    parameters: [/* path */ buf, /* mode */ "u32"],
    result: int,
    optional: true,
  },
  flock: {
    parameters: [/* fd */ int, /* operation */ int],
    result: int,
    optional: true,
  },
  statx: {
    parameters: [
      /* dirfd */ int,
      /* path */ buf,
      /* flags */ int,
      /* mask */ "u32",
      /* statxbuf */ buf,
    ],
    result: int,
    optional: true,
  },
  lstat: {
    parameters: [/* path */ buf, /* buf */ buf],
    result: int,
    optional: true,
  },
  // macOS on Intel processors: its plain `lstat` has inode numbers of 32 bits.
  lstat_inode64: {
    name: "lstat$INODE64",
    parameters: [/* path */ buf, /* buf */ buf],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

// Variadic functions. The FFI declares every function as non-variadic, which uses the same
// registers except on Apple's arm64: there variadic arguments go on the stack, so the eight
// argument registers must be filled first.

/** Fills the six argument registers that two fixed parameters leave, on Apple's arm64. */
const registers = ["u64", "u64", "u64", "u64", "u64", "u64"] as const;

/** `int ioctl(int fd, unsigned long request, ...)` with an integer, which C widens to `long`. */
const ioctl_int = {
  name: "ioctl",
  parameters: [/* fd */ int, /* request */ "u32", /* arg */ "i64"],
  result: int,
  optional: true,
} as const satisfies Deno.ForeignFunction;

/** The same for Apple's arm64, with the registers filled. */
const ioctl_int_on_stack = {
  ...ioctl_int,
  parameters: [
    /* fd */ int,
    /* request */ "u32",
    ...registers,
    /* arg */ "i64",
  ],
} as const satisfies Deno.ForeignFunction;

/** The functions for calling conventions that treat variadic arguments like fixed ones. */
export const variadic = {
  // `int ioctl(int fd, unsigned long request, ...)` with a pointer.
  ioctl: {
    parameters: [/* fd */ int, /* request */ "u32", /* arg */ buf],
    result: int,
  },
  ioctl_int,
  // `int fcntl(int fd, int cmd, ...)` with an int: the lowest number for a duplicate.
  fcntl_int: {
    name: "fcntl",
    parameters: [/* fd */ int, /* cmd */ int, /* arg */ int],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions for Apple's arm64, with the registers filled. */
export const variadicOnStack = {
  ioctl: {
    name: "ioctl",
    parameters: [
      /* fd */ int,
      /* request */ "u32",
      ...registers,
      /* arg */ buf,
    ],
    result: int,
  },
  ioctl_int: ioctl_int_on_stack,
  fcntl_int: {
    name: "fcntl",
    parameters: [/* fd */ int, /* cmd */ int, ...registers, /* arg */ "i64"],
    result: int,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** Every C library function that this library calls. Each is bound when it is first used. */
export const declarations = {
  ...sys_socket,
  ...sys_sendfile,
  ...files,
  ...net_if,
  ...ifaddrs,
  ...unistd,
  ...select,
  ...epoll,
  ...kqueue,
  ...netdb,
  ...string,
  ...stdlib,
  ...syscall,
  ...variadic,
  ioctl_on_stack: variadicOnStack.ioctl,
  ioctl_int_on_stack: variadicOnStack.ioctl_int,
  fcntl_int_on_stack: variadicOnStack.fcntl_int,
  // These return the address of errno: the first in glibc, the second on macOS and FreeBSD.
  __errno_location: { parameters: [], result: "u64", optional: true },
  __error: { parameters: [], result: "u64", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;
