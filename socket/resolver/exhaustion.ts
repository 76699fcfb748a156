/** Failures for want of a descriptor, which the C library reports as names that do not exist. */

import { AF_INET, SOCK_DGRAM } from "../../constants/mod.ts";
import { EMFILE, ENFILE } from "../../errors/errno.ts";
import { type OSError, osError } from "../../errors/errors.ts";
import { CLOSE_ON_EXEC } from "../../ffi/descriptor.ts";
import { errno, libc } from "../../ffi/libc.ts";

/**
 * Returns the error of a lookup that found nothing.
 *
 * @param error what the C library says
 * @param syscall the function that failed
 * @returns `EMFILE` or `ENFILE` if no descriptor is left, as then no file and no server was asked;
 * else `error`
 */
export function orExhausted(error: OSError, syscall: string): OSError {
  const fd = libc.socket(AF_INET, SOCK_DGRAM | CLOSE_ON_EXEC, 0);
  if (fd >= 0) {
    libc.close(fd);
    return error;
  }
  const code = errno();
  return code === EMFILE || code === ENFILE
    ? osError(code, syscall, error.address, error)
    : error;
}
