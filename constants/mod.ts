/**
 * The constants of Python's `socket` and `errno` modules.
 *
 * Every name of every platform is exported everywhere, because a module cannot
 * drop an export at run time. **A constant that the running platform lacks is a
 * stand-in** in the place of the number (in Python, `hasattr` would be false):
 *
 * - using it throws a `RangeError` that names it, `AF_CAN is not available on
 *   darwin`: as an argument, in arithmetic and comparisons such as `|` and `<`,
 *   in a template string, in JSON;
 * - `===` finds it equal to nothing, so that a comparison with what a socket
 *   reports stays harmless;
 * - `console.log` shows `AF_CAN (not available on darwin)`.
 *
 * {@linkcode hasattr} asks by name, {@linkcode isMissing} by value:
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AF_CAN, hasattr, isMissing } from "./mod.ts";
 *
 * assertEquals(hasattr("AF_CAN"), !isMissing(AF_CAN));
 * ```
 *
 * Importing needs no permission and opens no library.
 *
 * @module
 */

export * from "./generated/names.js";
export {
  AddressFamily,
  type AddressFamilyName,
  AddressInfo,
  type AddressInfoName,
  type ConstantName,
  constantName,
  type Enumeration,
  MsgFlag,
  type MsgFlagName,
  SocketKind,
  type SocketKindName,
} from "./enums.ts";
export { type Errno, errno, errorName, type ErrorNumbers } from "./errno.ts";
export type * from "../socket/address/types.ts";
export { hasattr } from "./hasattr.ts";
export { isMissing, MissingConstant, missingName } from "./missing.ts";
