/** `AF_INET6`: `[host, port, flowinfo, scope_id]` in a `sockaddr_in6`. */

import { integer, string } from "../arguments.ts";
import { type AddressCodec, head, tuple } from "./codec.ts";
import { formatIPv6, parseIPv6 } from "./ip.ts";
import type { Inet6Address } from "./types.ts";

const scratch = new Uint8Array(16);
const lastBytes = new Uint8Array(16);
let lastText = "::";

/** Splits `fe80::1%eth0` into the address and its scope; the scope is `""` if there is none. */
function splitScope(host: string): [address: string, scope: string] {
  const at = host.indexOf("%");
  return at < 0 ? [host, ""] : [host.slice(0, at), host.slice(at + 1)];
}

function isNumeric(host: string): boolean {
  return host === "" || parseIPv6(splitScope(host)[0], scratch);
}

/** The codec of `AF_INET6`. */
export const inet6: AddressCodec<Inet6Address> = {
  encode(address, into, socket, context) {
    const form =
      "[host: string, port: number, flowinfo?: number, scope_id?: number]";
    const [host, port, flowinfo = 0, scope_id] = tuple(address, 2, 4, form);
    const { layout } = context;
    const { size, sin6_port, sin6_flowinfo, sin6_addr, sin6_scope_id } =
      layout.sockaddr_in6;
    let name = string("host", host);
    if (!isNumeric(name)) name = context.resolve(name, socket.family);
    into.view.setUint16(sin6_port.at, integer("port", port, 0, 0xffff));
    into.view.setUint32(
      sin6_flowinfo.at,
      integer("flowinfo", flowinfo, 0, 0xfffff),
    );
    const [text, scope] = splitScope(name);
    if (text !== "") parseIPv6(text, into.bytes, sin6_addr.at);
    let index = 0;
    if (scope_id !== undefined) {
      index = integer("scope_id", scope_id, 0, 0xffffffff);
    } else if (scope !== "") {
      index = /^\d+$/.test(scope) ? +scope : context.if_nametoindex(scope);
    }
    into.view.setUint32(sin6_scope_id.at, index, true);
    return head(into, socket.family, size, layout);
  },

  decode(
    { bytes, view },
    _length,
    _socket,
    { layout: { sockaddr_in6: fields } },
  ) {
    const at = fields.sin6_addr.at;
    for (let i = 0; i < 16; i++) {
      if (bytes[at + i] !== lastBytes[i]) {
        lastBytes.set(bytes.subarray(at, at + 16));
        lastText = formatIPv6(lastBytes);
        break;
      }
    }
    return [
      lastText,
      view.getUint16(fields.sin6_port.at),
      view.getUint32(fields.sin6_flowinfo.at),
      view.getUint32(fields.sin6_scope_id.at, true),
    ];
  },

  hostname(address) {
    const host = Array.isArray(address) ? address[0] : undefined;
    return typeof host === "string" && !isNumeric(host) ? host : undefined;
  },
};
