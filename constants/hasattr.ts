/**
 * Asking whether the running platform has a name of Python's module.
 *
 * @module
 */

import { isMissing } from "./missing.ts";
import * as names from "./names.js";
import { os } from "./platform.ts";
import {
  moduleNames,
  notOnWindows,
  onlyOnLinux,
  onlyOnWindows,
} from "./python_names.ts";

/**
 * Whether the running platform has a constant, a function or a socket method,
 * as Python's `hasattr(socket, name)` and `hasattr(socket.socket, name)` say.
 * An unknown name is not had either.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { hasattr } from "./mod.ts";
 *
 * assert(hasattr("AF_INET"));
 * assert(!hasattr("AF_NOWHERE"));
 * ```
 */
export function hasattr(name: string): boolean {
  if (Object.hasOwn(names, name)) {
    return !isMissing(names[name as keyof typeof names]);
  }
  if (onlyOnWindows.includes(name)) return os === "windows";
  if (notOnWindows.includes(name)) return os !== "windows";
  if (onlyOnLinux.includes(name)) return os === "linux";
  return moduleNames.includes(name);
}
