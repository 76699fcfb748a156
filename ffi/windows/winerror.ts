/** Windows' error numbers: Winsock's and the system's. */

import { table } from "../../constants/table.ts";

// Winsock's own numbers; those of them that C has too are C's in Python.
const WINSOCK_FIRST = 10000;
const WINSOCK_LAST = 11999;

const { constants: C } = table;

/** C's numbers for the system's, as Microsoft's own C runtime translates them. */
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

/** As {@linkcode System.errnoOf}: the number that Python has as `errno` for one that it has as `winerror`. */
export function errnoOf(winerror: number): number {
  const number = numbers.get(winerror);
  if (number !== undefined) return number;
  return winerror >= WINSOCK_FIRST && winerror <= WINSOCK_LAST
    ? winerror
    : C.EINVAL;
}
