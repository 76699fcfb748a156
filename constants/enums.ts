/** The enumerations of Python's `socket`: constants by name, and names by value. */

import {
  type AddressFamilyName,
  type AddressInfoName,
  members,
  type MsgFlagName,
  type SocketKindName,
} from "./generated/members.ts";
import type * as names from "./generated/names.js";
import { checkNumber, isMissing } from "./missing.ts";
import { namesWith } from "./option_names.ts";
import { constant, table } from "./table.ts";

export type {
  AddressFamilyName,
  AddressInfoName,
  MsgFlagName,
  SocketKindName,
} from "./generated/members.ts";

/** The name of a public constant. */
export type ConstantName = keyof typeof names;

/**
 * Constants by name and names by value, like a numeric enum of TypeScript. If several names share a
 * value, the value's name is the one that Python shows. A name that the running platform lacks is a
 * stand-in, see {@linkcode isMissing}.
 */
export type Enumeration<Names extends ConstantName> =
  & { readonly [N in Names]: (typeof names)[N] }
  & { readonly [value: number]: string | undefined };

function enumerate<Names extends ConstantName>(
  names: readonly Names[],
): Enumeration<Names> {
  const enumeration: Record<string | number, unknown> = {};
  for (const name of names) {
    const value = constant(name);
    enumeration[name] = value;
    // Python's names come first, and the first name of a value stays.
    if (!isMissing(value)) enumeration[value] ??= name;
  }
  return enumeration as Enumeration<Names>;
}

/**
 * Address families: `AddressFamily.AF_INET` is `AF_INET`, `AddressFamily[AF_INET]` is `"AF_INET"`.
 */
export const AddressFamily: Enumeration<AddressFamilyName> = enumerate(
  members.AF_,
);

/** Socket types: `SocketKind[SOCK_STREAM]` is `"SOCK_STREAM"`. */
export const SocketKind: Enumeration<SocketKindName> = enumerate(
  members.SOCK_,
);

/** Message flags: `MsgFlag[MSG_PEEK]` is `"MSG_PEEK"`. */
export const MsgFlag: Enumeration<MsgFlagName> = enumerate(
  members.MSG_,
);

/** Flags of `getaddrinfo()`: `AddressInfo[AI_PASSIVE]` is `"AI_PASSIVE"`. */
export const AddressInfo: Enumeration<AddressInfoName> = enumerate(
  members.AI_,
);

const namesByPrefix = new Map<string, ReadonlyMap<number, string>>();

/** The names with a prefix, Python's first. If it is an enumeration's, only its members count. */
function candidates(prefix: string): readonly string[] {
  return Object.hasOwn(members, prefix)
    ? members[prefix as keyof typeof members]
    : namesWith(prefix);
}

/** The names of values on the running platform, among the names with a prefix. */
function namesOf(prefix: string): ReadonlyMap<number, string> {
  const known = namesByPrefix.get(prefix);
  if (known) return known;
  const names = new Map<number, string>();
  for (const name of candidates(prefix)) {
    const value = table.constants[name];
    if (value !== undefined && !names.has(value)) names.set(value, name);
  }
  namesByPrefix.set(prefix, names);
  return names;
}

/**
 * Finds the name of a value for display. If several names share the value, it is the one that
 * Python shows. With `"SO_"`, `"IP_"`, `"IPV6_"`, `"TCP_"` and `"UDP_"`, it is an option of that
 * one level; `optionName()` names an option of any level.
 *
 * @param prefix how the name begins, such as `"AF_"`
 * @param value the constant's value on the running platform
 * @returns the name, or `undefined` if no constant with that prefix has the value
 * @throws {TypeError} if `prefix` is not a string, or `value` is not a number
 * @throws {RangeError} if `value` is a constant that this platform lacks
 */
export function constantName(
  prefix: string,
  value: number,
): string | undefined {
  if (typeof prefix !== "string") {
    throw new TypeError(`prefix must be a string, not ${typeof prefix}`);
  }
  checkNumber("value", value);
  return namesOf(prefix).get(value);
}
