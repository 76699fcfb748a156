/** Which codec an address family has: adding a family means its file and a line here. */

import { table } from "../../constants/table.ts";
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

const running = codecsOf(table.constants);

/** The codec of a family of the running platform. */
export function codecOf(family: number): AddressCodec {
  return running.get(family) ?? unknown;
}
