/** The error numbers that this library acts upon. */

import { errno } from "../constants/errno.ts";

export const {
  EAFNOSUPPORT,
  EAGAIN,
  EALREADY,
  EBADF,
  ECONNRESET,
  EINPROGRESS,
  EINTR,
  EISCONN,
  EMFILE,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  ENOPROTOOPT,
  ENOSYS,
  ENOTCONN,
  ENOTSOCK,
  ERANGE,
  EWOULDBLOCK,
} = errno;
