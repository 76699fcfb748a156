/** The error numbers that this library handles. */

import { errno } from "../constants/errno.ts";
import { features } from "../ffi/features.ts";

export const {
  EAFNOSUPPORT,
  EAGAIN,
  EALREADY,
  EBADF,
  ECANCELED,
  ECONNRESET,
  EINTR,
  EINVAL,
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

/** The error number of a call on a descriptor that is not open. */
export const E_BAD_SOCKET = errno[features.badDescriptor];

/** The error number of a non-blocking `connect` that is in progress. */
export const E_CONNECT_PENDING = errno[features.connecting];

/** The error numbers of a system that has nothing left: no descriptor, no memory. */
export const exhausted: ReadonlySet<number | null> = new Set([
  errno.EMFILE,
  errno.ENFILE,
  errno.ENOBUFS,
  errno.ENOMEM,
]);
