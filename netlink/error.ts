/** The errors of netlink: an error number, and the kernel's own text. */

import {
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLMSG_DONE,
} from "../constants/generated/door_netlink.js";
import { nameClasses } from "../constants/table.ts";
import { bytes } from "../errors/arguments.ts";
import { OSError, osError } from "../errors/errors.ts";
import { aligned, nested } from "./attributes.ts";
import type { NetlinkMessage } from "./message.ts";
import { byName } from "./policy.ts";
import { binary, object, s32, text, u32 } from "./values.ts";

/**
 * What the kernel says about a request that failed, beside the error number (`NETLINK_EXT_ACK`).
 * The `cause` of the `OSError` that `request()` or `dump()` throws.
 * @category Netlink
 */
export class ExtendedAck {
  /** The kernel's text, such as `"Device does not exist"`. */
  readonly message: string | undefined;
  /**
   * The place of what is wrong: its offset in bytes from the start of the request, whose header has
   * 16.
   */
  readonly offset: number | undefined;
  /** The type of an attribute that is missing. */
  readonly missingType: number | undefined;
  /** The offset of the attribute that should have it. */
  readonly missingNest: number | undefined;
  /** What the attribute may be: the attributes of a policy, as they came. */
  readonly policy: Uint8Array<ArrayBuffer> | undefined;
  /** Data that depends on the protocol. */
  readonly cookie: Uint8Array<ArrayBuffer> | undefined;

  /**
   * Decodes the attributes of an error. `request()` and `dump()` do it.
   *
   * @param data the `NLMSGERR_ATTR_` attributes
   * @throws {RangeError} if they are damaged
   */
  constructor(data: Uint8Array<ArrayBuffer>) {
    const found = acknowledgement.decode(data, "error");
    this.message = found.NLMSGERR_ATTR_MSG;
    this.offset = found.NLMSGERR_ATTR_OFFS;
    this.missingType = found.NLMSGERR_ATTR_MISS_TYPE;
    this.missingNest = found.NLMSGERR_ATTR_MISS_NEST;
    this.policy = found.NLMSGERR_ATTR_POLICY;
    this.cookie = found.NLMSGERR_ATTR_COOKIE;
  }
}

nameClasses({ ExtendedAck });

const acknowledgement = nested(byName({
  NLMSGERR_ATTR_MSG: text,
  NLMSGERR_ATTR_OFFS: u32,
  NLMSGERR_ATTR_COOKIE: binary,
  NLMSGERR_ATTR_POLICY: binary,
  NLMSGERR_ATTR_MISS_TYPE: u32,
  NLMSGERR_ATTR_MISS_NEST: u32,
}));

/**
 * Reads the error of a message: of an `NLMSG_ERROR`, which is an acknowledgement if there is none,
 * or of an `NLMSG_DONE`.
 *
 * @param message a message of either type
 * @returns the error, whose `strerror` has the kernel's text and whose `cause` is an
 * {@linkcode ExtendedAck} if the kernel sent one; `undefined` if there is no error
 * @throws {RangeError} if the message is damaged
 * @category Netlink
 */
export function errorOf(message: NetlinkMessage): OSError | undefined {
  const { type, flags } = object("message", message);
  const payload = bytes("payload", message.payload);
  if (payload.length < 4 && type === NLMSG_DONE) return undefined;
  // The lowest integer has no counterpart: strerror() would refuse it.
  const number = Math.min(-s32.decode(payload, "error"), 0x7fffffff);
  if (number <= 0) return undefined;
  const plain = osError(number, "netlink");
  const at = acknowledgementAt({ type, flags, payload });
  if ((flags & NLM_F_ACK_TLVS) === 0 || at >= payload.length) return plain;
  const cause = new ExtendedAck(payload.slice(at));
  const { message: said } = cause;
  const all = said ? `${plain.strerror}: ${said}` : plain.strerror;
  return new OSError(number, all, { syscall: "netlink", cause });
}

/** Where the attributes begin: behind the request, or its header, which the kernel sends back. */
function acknowledgementAt(
  { type, flags, payload }: Pick<NetlinkMessage, "type" | "flags" | "payload">,
): number {
  if (type === NLMSG_DONE) return 4;
  const HEADER = 16;
  if (payload.length < 4 + HEADER) return payload.length;
  const length = (flags & NLM_F_CAPPED) === 0
    ? u32.decode(payload.subarray(4), "error")
    : HEADER;
  return 4 + aligned(Math.min(length, payload.length));
}
