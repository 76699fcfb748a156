/** `AF_INET6` addresses: `[host, port, flowinfo, scope_id]` in a `sockaddr_in6`. */

import { integer, string } from "../../errors/arguments.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  writeHead,
} from "./codec.ts";
import { formatIPv6, parseIPv6 } from "./ip.ts";
import type { Inet6Address } from "./types.ts";

/** The last address converted, as text and as bytes. For the reason, see inet.ts. */
interface Last {
  text: string;
  readonly bytes: Uint8Array;
}

// One for each direction, because an IPv6 address has several spellings.
const lastRead: Last = { text: "::", bytes: new Uint8Array(16) };
const lastWritten: Last = { text: "::", bytes: new Uint8Array(16) };
const scratch = new Uint8Array(16);

/** Splits `fe80::1%eth0` into address and scope; the scope is `""` if there is none. */
function splitScope(host: string): [address: string, scope: string] {
  const at = host.indexOf("%");
  return at < 0 || at === host.length - 1
    ? [host, ""]
    : [host.slice(0, at), host.slice(at + 1)];
}

/** Parses an address without a scope into `lastRead`; returns whether the text is one. */
function parse(text: string): boolean {
  if (text === lastRead.text) return true;
  if (!parseIPv6(text === "" ? "::" : text, scratch)) return false;
  lastRead.bytes.set(scratch);
  lastRead.text = text;
  return true;
}

/** The codec of `AF_INET6`. */
export const inet6: AddressCodec<Inet6Address> = {
  encode(address, into, socket, context) {
    const form =
      "[host: string, port: number, flowinfo?: number, scope_id?: number]";
    const parts = checkTuple(address, 2, 4, form);
    const host = string("host", parts[0]);
    const port = integer("port", parts[1], 0, 0xffff);
    const flowinfo = parts[2] === undefined
      ? 0
      : integer("flowinfo", parts[2], 0, 0xfffff);
    let scope_id = parts[3] === undefined
      ? undefined
      : integer("scope_id", parts[3], 0, 0xffffffff);
    if (!parse(host)) {
      let [text, scope] = splitScope(host);
      if (!parse(text)) {
        [text, scope] = splitScope(context.resolve(host, socket.family));
        parse(text);
      }
      if (scope !== "") scope_id ??= scopeId(scope, context.if_nametoindex);
    }
    const { size, sin6_port, sin6_flowinfo, sin6_addr, sin6_scope_id } =
      context.layout.sockaddr_in6;
    writeHead(into, socket.family, size, context.layout);
    into.view.setUint16(sin6_port.at, port);
    into.view.setUint32(sin6_flowinfo.at, flowinfo);
    for (let i = 0; i < 16; i++) {
      into.bytes[sin6_addr.at + i] = lastRead.bytes[i];
    }
    into.view.setUint32(sin6_scope_id.at, scope_id ?? 0, true);
    return size;
  },

  decode(from, length, _socket, { layout: { sockaddr_in6: fields } }) {
    clearRest(from, length, fields.size);
    const { bytes, view } = from;
    const { at } = fields.sin6_addr;
    let same = true;
    for (let i = 0; i < 16; i++) {
      if (bytes[at + i] === lastWritten.bytes[i]) continue;
      lastWritten.bytes[i] = bytes[at + i];
      same = false;
    }
    if (!same) lastWritten.text = formatIPv6(lastWritten.bytes);
    return [
      lastWritten.text,
      view.getUint16(fields.sin6_port.at),
      view.getUint32(fields.sin6_flowinfo.at),
      view.getUint32(fields.sin6_scope_id.at, true),
    ];
  },

  hostname(address) {
    const host = Array.isArray(address) ? address[0] : undefined;
    return typeof host !== "string" || parse(host) || parse(splitScope(host)[0])
      ? undefined
      : host;
  },
};

/** Returns the number of a scope: the scope itself, or the index of the interface it names. */
function scopeId(
  scope: string,
  if_nametoindex: (name: string) => number,
): number {
  return /^\d+$/.test(scope)
    ? integer("scope_id", +scope, 0, 0xffffffff)
    : if_nametoindex(scope);
}
