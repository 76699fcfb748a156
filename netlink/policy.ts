/** Policies whose names are those of constants. */

import * as constants from "../constants/generated/door_netlink.js";
import type { ValueType } from "./values.ts";

type Name = keyof typeof constants;

/**
 * A policy with the numbers that the names stand for.
 * @category Netlink
 */
export type Named<V> = {
  readonly [K in keyof V]: readonly [type: number, value: V[K]];
};

/** Makes a policy of the types of values by the constants' names. */
export function byName<
  // deno-lint-ignore no-explicit-any -- the types of the values differ
  V extends Readonly<Record<string, ValueType<any, any>>>,
>(
  values: V & { readonly [K in keyof V]: K extends Name ? unknown : never },
): Named<V> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      [constants[name as Name], value],
    ]),
  ) as unknown as Named<V>;
}
