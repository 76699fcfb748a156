/** `getaddrinfo()`, written once: `mod.ts` drives it by blocking, `async.ts` by awaiting. */

import { integer } from "../../errors/arguments.ts";
import { bareSocket } from "../address/codec.ts";
import { codecOf } from "../address/registry.ts";
import type { Family, Inet6Address, InetAddress } from "../address/types.ts";
import {
  addressEntries,
  type Entry,
  hostArgument,
  portArgument,
} from "./addrinfo.ts";
import type { Resolving } from "./call.ts";
import { context } from "./context.ts";

/**
 * One of the addresses that `getaddrinfo()` returns: the arguments for a socket, the canonical name
 * (only with `AI_CANONNAME`, and only in the first entry), and the address.
 *
 * @typeParam A the addresses of the family that was asked for; of both if none was
 */
export type AddressInfoTuple<
  A extends InetAddress | Inet6Address = InetAddress | Inet6Address,
> = [
  family: Family<A>,
  type: number,
  proto: number,
  canonname: string,
  sockaddr: A,
];

/** Implements `getaddrinfo()`, which `mod.ts` and `async.ts` document. */
export function* getaddrinfo(
  host: unknown,
  port: unknown,
  family = 0,
  type = 0,
  proto = 0,
  flags = 0,
): Resolving<AddressInfoTuple[]> {
  const entries = yield* addressEntries(
    hostArgument(host),
    portArgument(port),
    integer("family", family),
    integer("type", type),
    integer("proto", proto),
    integer("flags", flags),
  );
  return entries.map((entry) => [
    entry.family as Family<InetAddress | Inet6Address>,
    entry.type,
    entry.proto,
    entry.canonname,
    decode(entry),
  ]);
}

function decode(
  { family, proto, address, length }: Entry,
): InetAddress | Inet6Address {
  return codecOf(family)
    .decode(address, length, bareSocket(family, proto), context) as
      | InetAddress
      | Inet6Address;
}
