/** The codec of each address family. To add a family, write its file and add a line here. */

import { table } from "../../constants/table.ts";
import { type Layout, layout } from "../../ffi/layout/mod.ts";
import { alg } from "./alg.ts";
import { bluetooth } from "./bluetooth.ts";
import { can } from "./can.ts";
import type { AddressCodec } from "./codec.ts";
import { hyperv } from "./hyperv.ts";
import { inet } from "./inet.ts";
import { inet6 } from "./inet6.ts";
import { link } from "./link.ts";
import { netlink } from "./netlink.ts";
import { packet } from "./packet.ts";
import { qipcrtr } from "./qipcrtr.ts";
import { system } from "./system.ts";
import { tipc } from "./tipc.ts";
import { unix } from "./unix.ts";
import { unknown } from "./unknown.ts";
import { vsock } from "./vsock.ts";

const codecs: Readonly<Record<string, AddressCodec>> = {
  AF_ALG: alg,
  AF_BLUETOOTH: bluetooth,
  AF_CAN: can,
  AF_DIVERT: inet,
  AF_HYPERV: hyperv,
  AF_INET: inet,
  AF_INET6: inet6,
  AF_LINK: link,
  AF_NETLINK: netlink,
  AF_PACKET: packet,
  AF_QIPCRTR: qipcrtr,
  AF_RDS: inet,
  AF_SYSTEM: system,
  AF_TIPC: tipc,
  AF_UNIX: unix,
  AF_VSOCK: vsock,
};

/**
 * Returns the codecs of a platform's families, by family number.
 *
 * @param constants the platform's constants
 * @param layout the platform's structures
 */
export function codecsOf(
  constants: Readonly<Record<string, number>>,
  layout: Layout,
): ReadonlyMap<number, AddressCodec> {
  return new Map(
    Object.entries(codecs)
      .filter(([name, { suits }]) =>
        name in constants && (suits === undefined || suits(layout))
      )
      .map(([name, codec]) => [constants[name], codec]),
  );
}

const running = codecsOf(table.constants, layout);

/** Returns the codec of a family on the running platform. */
export function codecOf(family: number): AddressCodec {
  return running.get(family) ?? unknown;
}
