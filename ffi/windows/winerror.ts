/** Windows error numbers, Winsock's and the system's, as C's error numbers. */

import { table } from "../../constants/table.ts";

// The range of Winsock's numbers. Python keeps them as `errno`, except the first six below.
const WINSOCK_FIRST = 10000;
const WINSOCK_LAST = 11999;

const { constants: C } = table;

/** System error numbers to C's, as Microsoft's C runtime translates them. */
const numbers: ReadonlyMap<number, number> = new Map([
  [C.WSAEINTR, C.EINTR],
  [C.WSAEBADF, C.EBADF],
  [C.WSAEACCES, C.EACCES],
  [C.WSAEFAULT, C.EFAULT],
  [C.WSAEINVAL, C.EINVAL],
  [C.WSAEMFILE, C.EMFILE],
  [2, C.ENOENT], // ERROR_FILE_NOT_FOUND
  [3, C.ENOENT], // ERROR_PATH_NOT_FOUND
  [4, C.EMFILE], // ERROR_TOO_MANY_OPEN_FILES
  [5, C.EACCES], // ERROR_ACCESS_DENIED
  [6, C.EBADF], // ERROR_INVALID_HANDLE
  [8, C.ENOMEM], // ERROR_NOT_ENOUGH_MEMORY
  [14, C.ENOMEM], // ERROR_OUTOFMEMORY
  [32, C.EACCES], // ERROR_SHARING_VIOLATION
  [53, C.ENOENT], // ERROR_BAD_NETPATH
  [65, C.EACCES], // ERROR_NETWORK_ACCESS_DENIED
  [67, C.ENOENT], // ERROR_BAD_NET_NAME
  [80, C.EEXIST], // ERROR_FILE_EXISTS
  [109, C.EPIPE], // ERROR_BROKEN_PIPE
  [183, C.EEXIST], // ERROR_ALREADY_EXISTS
  [232, C.EPIPE], // ERROR_NO_DATA
]);

/** As {@linkcode System.errnoOf}; `EINVAL` for numbers without a translation. */
export function errnoOf(winerror: number): number {
  const number = numbers.get(winerror);
  if (number !== undefined) return number;
  return winerror >= WINSOCK_FIRST && winerror <= WINSOCK_LAST
    ? winerror
    : C.EINVAL;
}
