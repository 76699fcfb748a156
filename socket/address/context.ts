/** The running platform as the codecs see it, and addresses encoded and decoded on it. */

import { AF_INET6 } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { traits } from "../../ffi/traits.ts";
import { encodeHost, lookup, prepare } from "../address_info.ts";
import { if_indextoname, if_nametoindex } from "../interfaces.ts";
import type { CodecContext } from "./codec.ts";
import { formatIPv4, formatIPv6 } from "./ip.ts";

/** The running platform. */
export const context: CodecContext = {
  constants: table.constants,
  layout,
  traits,
  resolve(host, family) {
    const [{ address: { bytes, view } }] = lookup(
      prepare(encodeHost(host), null, family, 0, 0, 0),
    );
    if (family !== AF_INET6) {
      return formatIPv4(view.getUint32(layout.sockaddr_in.sin_addr.at));
    }
    const { sin6_addr, sin6_scope_id } = layout.sockaddr_in6;
    const scope = view.getUint32(sin6_scope_id.at, true);
    return formatIPv6(bytes, sin6_addr.at) + (scope === 0 ? "" : `%${scope}`);
  },
  if_nametoindex,
  if_indextoname,
};
