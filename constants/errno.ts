/** Error numbers: Python's `errno` module, and the texts that its `socket` has for Windows. */

import { errnoNames, type ErrorNumbers } from "./generated/errno_names.ts";
import { missing } from "./missing.ts";
import { os } from "./platform.ts";
import { constant, table } from "./table.ts";

export type { ErrorNumbers } from "./generated/errno_names.ts";

/** The type of {@linkcode errno}: numbers by name, and names by number. */
export interface Errno extends ErrorNumbers {
  /** The name of each error number of the running platform. */
  readonly errorcode: Readonly<Record<number, string>>;
}

function collect(): Errno {
  const numbers: Record<string, number> = {};
  const errorcode: Record<number, string> = {};
  for (const name of errnoNames) {
    numbers[name] = constant(name);
    const value = table.constants[name];
    if (value !== undefined) errorcode[value] = name;
  }
  return Object.assign(numbers, { errorcode }) as unknown as Errno;
}

/**
 * The error numbers of the running platform by name, and their names by number in `errorcode`. A
 * name that the platform lacks is a stand-in, see {@linkcode isMissing}. On Windows, socket errors
 * have Winsock's numbers, as in Python.
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
 * Finds the POSIX name of an error number. Unlike `errno.errorcode`, it returns `ECONNREFUSED` on
 * Windows as well, where Python's name is `WSAECONNREFUSED`.
 *
 * @param value an error number of the running platform
 * @returns the name, or `undefined` if the platform has no such error
 */
export function errorName(value: number): string | undefined {
  const name = errno.errorcode[value];
  if (!name?.startsWith("WSAE")) return name;
  const plain = name.slice("WSA".length);
  return table.constants[plain] === value ? plain : name;
}

/**
 * Texts of Winsock's error numbers, as Python's `socket` has them. Windows: elsewhere this is a
 * stand-in without texts, see {@linkcode isMissing}, and `hasattr("errorTab")` is false. The
 * `strerror` of an `OSError` is the system's own text, on every platform.
 */
export const errorTab: Readonly<Record<number, string>> = os === "windows"
  ? (await import("./error_tab.json", { with: { type: "json" } })).default
  : missing("errorTab") as unknown as Record<number, string>;
