/**
 * Asking whether the running platform has a name of Python's module.
 *
 * @module
 */

import "./generated/names.js"; // all constants are known then
import { os } from "./platform.ts";
import {
  moduleNames,
  notOnWindows,
  onlyOnLinux,
  onlyOnWindows,
} from "./generated/python_names.ts";
import { isExported, isHere } from "./table.ts";

// Python lacks these on Windows, where they are Winsock's here.
const messages = [
  "CMSG_LEN",
  "CMSG_SPACE",
  "recvmsg",
  "recvmsg_into",
  "sendmsg",
];

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
  if (isExported(name)) return isHere(name);
  if (onlyOnWindows.includes(name)) return os === "windows";
  if (notOnWindows.includes(name)) {
    return os !== "windows" || messages.includes(name);
  }
  if (onlyOnLinux.includes(name)) return os === "linux";
  return moduleNames.includes(name);
}
