/** Which codec an address family has: adding a family means its file and a line here. */

import type { AddressCodec } from "./codec.ts";
import { inet } from "./inet.ts";
import { inet6 } from "./inet6.ts";
import { unix } from "./unix.ts";
import { unknown } from "./unknown.ts";

const codecs: Readonly<Record<string, AddressCodec>> = {
  AF_INET: inet,
  AF_INET6: inet6,
  AF_UNIX: unix,
};

/**
 * The codecs of a platform's families, by family number.
 *
 * @param constants the platform's constants
 */
export function codecsOf(
  constants: Readonly<Record<string, number>>,
): ReadonlyMap<number, AddressCodec> {
  return new Map(
    Object.entries(codecs)
      .filter(([name]) => name in constants)
      .map(([name, codec]) => [constants[name], codec]),
  );
}

/** The codec of a family, among a platform's. */
export function codecOf(
  family: number,
  among: ReadonlyMap<number, AddressCodec>,
): AddressCodec {
  return among.get(family) ?? unknown;
}
