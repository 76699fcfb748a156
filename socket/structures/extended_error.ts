/** What the error queue of a socket tells (Linux). */

import { AF_UNSPEC } from "../../constants/mod.ts";
import { layout as running } from "../../ffi/layout/mod.ts";
import { bareSocket, familyOf, sockaddrStorage } from "../address/codec.ts";
import { context } from "../resolver/context.ts";
import { codecOf } from "../address/registry.ts";
import type { Address } from "../address/types.ts";
import type { Bytes } from "../../errors/arguments.ts";
import { reader, structOf } from "./fields.ts";

/** The data of `IP_RECVERR` and `IPV6_RECVERR`. */
export interface ExtendedError {
  /** The error number; 0 or `ENOMSG` where it is not about an error. */
  readonly errno: number;
  /** Where it comes from: `SO_EE_ORIGIN_LOCAL`, `SO_EE_ORIGIN_ICMP`, `SO_EE_ORIGIN_ZEROCOPY` … */
  readonly origin: number;
  /** The ICMP type. */
  readonly type: number;
  /** The ICMP code, or `SO_EE_CODE_…`. */
  readonly code: number;
  /** More, as the origin has it: the MTU that was found, or the first zero-copy send's number. */
  readonly info: number;
  /** More still: the last zero-copy send's number. */
  readonly data: number;
  /** The address of the host that reported it, if one did. */
  readonly offender: Address | null;
}

/**
 * Reads a `struct sock_extended_err` and the address after it: the data of `IP_RECVERR` and
 * `IPV6_RECVERR`, which `recvmsg(…, MSG_ERRQUEUE)` gives. Linux.
 *
 * @param data what `recvmsg()` gave
 * @throws {RangeError} if it is too short, or the platform has no such message
 */
export function decodeExtendedError(data: Bytes): ExtendedError {
  const struct = structOf(running, "sock_extended_err");
  const fields = reader(data, "sock_extended_err", struct.size);
  const offender = fields.bytes({
    at: struct.size,
    size: fields.view.byteLength,
  });
  return {
    errno: fields.unsigned(struct.ee_errno),
    origin: fields.unsigned(struct.ee_origin),
    type: fields.unsigned(struct.ee_type),
    code: fields.unsigned(struct.ee_code),
    info: fields.unsigned(struct.ee_info),
    data: fields.unsigned(struct.ee_data),
    offender: addressIn(offender),
  };
}

/** The socket address in bytes that may be too short for one. */
function addressIn(data: Uint8Array): Address | null {
  const storage = sockaddrStorage();
  const length = Math.min(data.byteLength, storage.bytes.length);
  if (length < running.sockaddr.size) return null;
  storage.bytes.set(data.subarray(0, length));
  const family = familyOf(storage, running);
  if (family === AF_UNSPEC) return null;
  return codecOf(family).decode(storage, length, bareSocket(family), context);
}
