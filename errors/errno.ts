/** The error numbers that this library acts upon. */

import { errno } from "../constants/errno.ts";
import { features } from "../ffi/features.ts";

export const {
  EAFNOSUPPORT,
  EAGAIN,
  EALREADY,
  EBADF,
  ECONNRESET,
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

/** What a call on a descriptor that is not open reports. */
export const E_BAD_SOCKET = errno[features.badDescriptor];

/** What a non-blocking `connect` reports that is on its way. */
export const E_CONNECT_PENDING = errno[features.connecting];
