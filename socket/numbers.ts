/** The error numbers that this library acts upon. */

import { errno } from "../constants/errno.ts";

export const {
  EAGAIN,
  EBADF,
  ECONNRESET,
  EINPROGRESS,
  EINTR,
  EISCONN,
  ENOPROTOOPT,
  ENOTSOCK,
  EWOULDBLOCK,
} = errno;
