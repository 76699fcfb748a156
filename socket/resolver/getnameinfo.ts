/** `getnameinfo()`, written once: `mod.ts` drives it by blocking, `async.ts` by awaiting. */

import {
  AF_INET,
  AF_INET6,
  AI_NUMERICHOST,
  NI_NOFQDN,
  NI_NUMERICHOST,
  SOCK_DGRAM,
} from "../../constants/mod.ts";
import { typeError } from "../../constants/stack.ts";
import { describe, integer } from "../../errors/arguments.ts";
import { OSError } from "../../errors/errors.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { stringIn } from "../../ffi/memory.ts";
import {
  addressEntries,
  addressText,
  hostArgument,
  portArgument,
  resolverError,
} from "./addrinfo.ts";
import { Lookup, type Resolving } from "./call.ts";
import { hasAddress } from "./hosts_file.ts";

const NI_MAXHOST = 1025;
const NI_MAXSERV = 32;

/** Implements `getnameinfo()`, which `mod.ts` and `async.ts` document. */
export function* getnameinfo(
  sockaddr: unknown,
  flags: unknown,
): Resolving<[host: string, port: string]> {
  if (!Array.isArray(sockaddr) || sockaddr.length < 2 || sockaddr.length > 4) {
    throw typeError(
      `sockaddr must be [host, port] or [host, port, flowinfo, scope_id], not ${
        describe(sockaddr)
      }`,
    );
  }
  const [host, port, flowinfo = 0, scope_id = 0] = sockaddr;
  const bits = integer("flags", flags);
  const flow = integer("flowinfo", flowinfo, 0, 0xfffff);
  const scope = integer("scope_id", scope_id, 0, 0xffffffff);
  const entries = yield* addressEntries(
    hostArgument(host),
    portArgument(integer("port", port, 0, 0xffff)),
    0,
    SOCK_DGRAM,
    0,
    AI_NUMERICHOST,
  );
  const [{ family, address, length }] = entries;
  if (entries.length > 1) {
    throw new OSError(null, "sockaddr resolved to multiple addresses");
  }
  if (family === AF_INET && sockaddr.length !== 2) {
    throw new OSError(null, "IPv4 sockaddr must be 2 tuple");
  }
  if (family === AF_INET6) {
    const { sin6_flowinfo, sin6_scope_id } = layout.sockaddr_in6;
    address.view.setUint32(sin6_flowinfo.at, flow);
    // Without a scope_id, keep the scope that the host's text may contain.
    if (sockaddr.length > 3) {
      address.view.setUint32(sin6_scope_id.at, scope, true);
    }
  }
  const name = new Uint8Array(NI_MAXHOST);
  const service = new Uint8Array(NI_MAXSERV);
  const code = yield new Lookup(
    "getnameinfo",
    (libc) =>
      libc.getnameinfo(
        address.bytes,
        length,
        name,
        name.length,
        service,
        service.length,
        bits,
      ),
    { isLocal: () => isLocal(addressText(family, address), bits) },
  );
  if (code !== 0) throw resolverError(code, "getnameinfo", sockaddr);
  return [stringIn(name), stringIn(service)];
}

/** Whether the host's name is not asked for, or is in the hosts file. */
function isLocal(address: string, flags: number): boolean {
  if (flags & NI_NUMERICHOST) return true;
  // To shorten a name, the C library looks up this machine's.
  return (flags & NI_NOFQDN) === 0 && hasAddress(address);
}
