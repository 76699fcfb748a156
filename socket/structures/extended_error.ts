/** Messages of a socket's error queue (Linux). */

import type { Bytes } from "../../errors/arguments.ts";
import type { AddressCodec, CodecContext } from "../address/codec.ts";
import { codecOf } from "../address/registry.ts";
import { addressIn } from "../address/sockaddr.ts";
import type { Address } from "../address/types.ts";
import { context } from "../resolver/context.ts";
import { reader, structOf } from "./fields.ts";

/**
 * An error or notification from a socket's error queue: the data of `IP_RECVERR`, `IPV6_RECVERR`.
 */
export interface ExtendedError {
  /** The error number; 0 or `ENOMSG` for a notification that is not an error. */
  readonly errno: number;
  /** The origin: `SO_EE_ORIGIN_LOCAL`, `SO_EE_ORIGIN_ICMP` …; on Windows the ICMP protocol. */
  readonly origin: number;
  /** The ICMP type. */
  readonly type: number;
  /** The ICMP code, or `SO_EE_CODE_…`. */
  readonly code: number;
  /** Depends on the origin: the discovered MTU, or the number of the first zero-copy send. */
  readonly info: number;
  /** Depends on the origin: the number of the last zero-copy send. */
  readonly data: number;
  /** The address of the host that reported the error; `null` if none did. */
  readonly offender: Address | null;
}

/**
 * Decodes the data of `IP_RECVERR` and `IPV6_RECVERR`, which `recvmsg(…, MSG_ERRQUEUE)` returns: a
 * `struct sock_extended_err` and the address after it. Linux.
 *
 * @param data the data of the control message
 * @returns the error or notification
 * @throws {RangeError} if the data is too short, or the platform lacks the struct
 */
export function decodeExtendedError(data: Bytes): ExtendedError {
  return extendedError(data, context, codecOf);
}

/** Like {@linkcode decodeExtendedError}, for any platform. */
export function extendedError(
  data: Bytes,
  context: CodecContext,
  codec: (family: number) => AddressCodec,
): ExtendedError {
  const struct = structOf(context.layout, "sock_extended_err");
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
    offender: addressIn(offender, context, codec),
  };
}
