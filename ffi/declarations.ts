/** The declarations of all headers in one table. */

import { epoll } from "./epoll.ts";
import { ifaddrs } from "./ifaddrs.ts";
import { kqueue } from "./kqueue.ts";
import { net_if } from "./net_if.ts";
import { netdb } from "./netdb.ts";
import { select } from "./select.ts";
import { stdlib } from "./stdlib.ts";
import { string } from "./string.ts";
import { sys_sendfile } from "./sys_sendfile.ts";
import { sys_socket } from "./sys_socket.ts";
import { syscall } from "./syscall.ts";
import { unistd } from "./unistd.ts";
import { variadic, variadicOnStack } from "./variadic.ts";

/** Every C library function that this library calls. Each is bound when it is first used. */
export const declarations = {
  ...sys_socket,
  ...sys_sendfile,
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
