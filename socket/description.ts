/** What a socket says of itself, in text and in JSON. */

import { constantName } from "../constants/mod.ts";
import { OSError } from "../errors/errors.ts";
import { addressText } from "../errors/text.ts";
import type { Address } from "./address/types.ts";
import { addressOfEnd } from "./operations/connection.ts";
import type { Handle } from "./operations/attempt.ts";

/**
 * What a socket is, as `JSON.stringify` shows it.
 * @category Sockets
 */
export interface SocketDescription {
  /** The descriptor, -1 once the socket is closed. */
  readonly fd: number;
  /** The family's name, such as `"AF_INET"`; its number if it has no name. */
  readonly family: string | number;
  /** The type's name, such as `"SOCK_STREAM"`; its number if it has no name. */
  readonly type: string | number;
  /** The protocol's number. */
  readonly proto: number;
  /** The socket's own address, if it is open. */
  readonly laddr?: Address | null;
  /** The peer's address, if the socket is connected. */
  readonly raddr?: Address | null;
}

/** Describes a socket. */
export function descriptionOf(handle: Handle): SocketDescription {
  const { fd, family, type, proto } = handle;
  const laddr = addressIfAny(handle, "getsockname");
  const raddr = addressIfAny(handle, "getpeername");
  return {
    fd,
    family: constantName("AF_", family) ?? family,
    type: constantName("SOCK_", type) ?? type,
    proto,
    ...laddr !== undefined && { laddr },
    ...raddr !== undefined && { raddr },
  };
}

function addressIfAny(
  handle: Handle,
  call: "getsockname" | "getpeername",
): Address | null | undefined {
  if (handle.fd < 0) return undefined;
  try {
    return addressOfEnd(handle, call);
  } catch (error) {
    if (error instanceof OSError) return undefined;
    throw error;
  }
}

/**
 * Describes a socket as Python's `repr()` does.
 *
 * @param name the class
 * @param handle the socket's handle
 * @param show makes text of an address
 */
export function textOf(
  name: string,
  handle: Handle,
  show: (address: unknown) => string = addressText,
): string {
  const { laddr, raddr, ...fields } = descriptionOf(handle);
  const parts = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
  if (laddr !== undefined) parts.push(`laddr=${show(laddr)}`);
  if (raddr !== undefined) parts.push(`raddr=${show(raddr)}`);
  const closed = handle.closed ? " [closed]" : "";
  return `<${name}${closed} ${parts.join(", ")}>`;
}
