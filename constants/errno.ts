/**
 * Error numbers: Python's `errno` module.
 *
 * @module
 */

import { errnoNames, type ErrorNumbers } from "./generated/errno_names.ts";
import { integer, table } from "./table.ts";

export type { ErrorNumbers } from "./generated/errno_names.ts";

/** The type of {@linkcode errno}. */
export interface Errno extends ErrorNumbers {
  /** The name of each error number of the running platform. */
  readonly errorcode: Readonly<Record<number, string>>;
}

function collect(): Errno {
  const numbers: Record<string, number> = {};
  const errorcode: Record<number, string> = {};
  for (const name of errnoNames) {
    numbers[name] = integer(name);
    const value = table.constants[name];
    if (value !== undefined) errorcode[value] = name;
  }
  return Object.assign(numbers, { errorcode }) as unknown as Errno;
}

/**
 * The error numbers of the running platform by name, and `errorcode` for the
 * way back. A name that the platform lacks is a stand-in, as it is for all
 * constants. On Windows the numbers of socket errors are Winsock's, as in
 * Python.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { errno } from "./mod.ts";
 *
 * assertEquals(errno.errorcode[errno.EPIPE], "EPIPE");
 * ```
 */
export const errno: Errno = collect();

/**
 * The name of an error number as POSIX has it: `errno.errorcode`, but on
 * Windows `ECONNREFUSED` rather than `WSAECONNREFUSED`.
 */
export function errorName(value: number): string | undefined {
  const name = errno.errorcode[value];
  if (!name?.startsWith("WSAE")) return name;
  const plain = name.slice("WSA".length);
  return table.constants[plain] === value ? plain : name;
}
