/** Checks whether the running platform has a name of Python's `socket`. */

import "./generated/names.js"; // registers the exported names in table.ts
import {
  moduleNames,
  notOnWindows,
  onlyOnLinux,
  onlyOnWindows,
} from "./generated/python_names.ts";
import { os } from "./platform.ts";
import { isExported, isHere } from "./table.ts";

// Python lacks these on Windows; this library implements them by Winsock's functions.
const messages = [
  "CMSG_LEN",
  "CMSG_SPACE",
  "recvmsg",
  "recvmsg_into",
  "sendmsg",
];

/**
 * Checks whether the running platform has a constant, a function, a class or a socket method, like
 * Python's `hasattr(socket, name)` and `hasattr(socket.socket, name)`.
 *
 * @param name the name, such as `"AF_CAN"` or `"recvmsg"`
 * @returns true if the platform has it; false for unknown names
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
  if (name === "errorTab" || onlyOnWindows.includes(name)) {
    return os === "windows";
  }
  if (notOnWindows.includes(name)) {
    return os !== "windows" || messages.includes(name);
  }
  if (onlyOnLinux.includes(name)) return os === "linux";
  return moduleNames.includes(name);
}
