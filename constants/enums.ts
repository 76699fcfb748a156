/**
 * The enumerations of Python's `socket`: constants by name, and names by value.
 *
 * @module
 */

import { members } from "./generated/members.ts";
import type * as names from "./generated/names.js";
import { isMissing } from "./missing.ts";
import { integer, table } from "./table.ts";

/** The name of a public constant. */
export type ConstantName = keyof typeof names;

/**
 * Constants by name and names by value, as a numeric enum of TypeScript has
 * them. A value that several names share has the name that Python shows; a name
 * that the running platform lacks is a stand-in, as it is for all constants.
 */
export type Enumeration<Names extends ConstantName> =
  & { readonly [N in Names]: (typeof names)[N] }
  & { readonly [value: number]: string | undefined };

/** The names of address families. */
export type AddressFamilyName = Exclude<
  Extract<ConstantName, `AF_${string}`>,
  "AF_SYS_CONTROL" | `AF_VSOCK_${string}`
>;

/** The names of socket types, and of the flags that go with them. */
export type SocketKindName = Exclude<
  Extract<ConstantName, `SOCK_${string}`>,
  | `SOCK_${"BUF" | "DIAG" | "TXREHASH"}_${string}`
  | "SOCK_DESTROY"
  | "SOCK_MAXADDRLEN"
  | "SOCK_RCVBUF_LOCK"
  | "SOCK_SNDBUF_LOCK"
>;

/** The names of message flags. */
export type MsgFlagName = Exclude<
  Extract<ConstantName, `MSG_${string}`>,
  "MSG_MAXIOVLEN"
>;

/** The names of flags of `getaddrinfo()`. */
export type AddressInfoName = Extract<ConstantName, `AI_${string}`>;

/** Names that bound a range, or count: never the name of a value. */
const limits = /_MAX$|_MAXADDRLEN$|_MAXIOVLEN$/;

const namesByPrefix = new Map<string, ReadonlyMap<number, string>>();

/** The names of the values whose names have a prefix. */
function namesOf(prefix: string): ReadonlyMap<number, string> {
  const known = namesByPrefix.get(prefix);
  if (known) return known;
  // The tables have Python's names first, and the first name of a value stays.
  const found = new Map<number, string>();
  for (const name in table.constants) {
    const value = table.constants[name];
    if (
      name.startsWith(prefix) && !found.has(value) && !limits.test(name)
    ) found.set(value, name);
  }
  namesByPrefix.set(prefix, found);
  return found;
}

/**
 * The name of a value among the constants whose names begin with a prefix such
 * as `"AF_"`, for display; where several share the value, the one that Python
 * shows.
 */
export function constantName(
  prefix: string,
  value: number,
): string | undefined {
  return namesOf(prefix).get(value);
}

function enumerate<Names extends ConstantName>(
  names: readonly string[],
): Enumeration<Names> {
  const enumeration: Record<string | number, unknown> = {};
  for (const name of names) {
    const value = integer(name);
    enumeration[name] = value;
    // Python's names come first, and the first name of a value stays.
    if (!isMissing(value)) enumeration[value] ??= name;
  }
  return enumeration as Enumeration<Names>;
}

/**
 * Address families: `AddressFamily.AF_INET` is `AF_INET`, and
 * `AddressFamily[AF_INET]` is `"AF_INET"`.
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
