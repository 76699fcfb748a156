/**
 * The constants of Python's `socket` and `errno` modules.
 *
 * Every platform exports every name, because a module cannot drop an export at run time. **If the
 * running platform lacks a constant, the export is a stand-in** (in Python, `hasattr` would return
 * `False`):
 *
 * - Using it as a number or string throws a `RangeError` that names it, such as `AF_CAN is not
 *   available on darwin`. That goes for arguments, arithmetic, comparisons such as `<`, template
 *   strings and JSON.
 * - `===` is false for every other value, so comparing it with what a socket reports is harmless.
 * - `console.log` shows `AF_CAN (not available on darwin)`.
 *
 * {@linkcode hasattr} checks a name, {@linkcode isMissing} a value:
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AF_CAN, hasattr, isMissing } from "@libc/socket";
 *
 * assertEquals(hasattr("AF_CAN"), !isMissing(AF_CAN));
 * ```
 *
 * Importing needs no permission and opens no library.
 */

export * from "./generated/names.js";
export {
  AddressFamily,
  type AddressFamilyName,
  AddressInfo,
  type AddressInfoName,
  type ConstantName,
  constantName,
  controlName,
  type Enumeration,
  type Errno,
  errno,
  errorName,
  type ErrorNumbers,
  errorTab,
  hasattr,
  MsgFlag,
  type MsgFlagName,
  optionName,
  SocketKind,
  type SocketKindName,
} from "./lookup.ts";
export { isMissing, MissingConstant, missingName } from "./table.ts";
