/** Generic netlink: families by name. */

import type { WaitOptions } from "../async/driver.ts";
import type { AsyncSocket } from "../async/socket.ts";
import {
  CTRL_CMD_GETFAMILY,
  GENL_ID_CTRL,
} from "../constants/generated/door_netlink.js";
import { string } from "../errors/arguments.ts";
import type { NetlinkAddress } from "../socket/address/types.ts";
import { Socket } from "../socket/socket.ts";
import {
  type Attributes,
  type AttributesInput,
  list,
  nested,
  type NestedType,
  type Policy,
} from "./attributes.ts";
import { request } from "./exchange.ts";
import {
  type Decoded,
  type Encodable,
  type MessageFormat,
  messageFormat,
} from "./message.ts";
import { byName, type Named } from "./policy.ts";
import { struct, text, u16, u32, u8, type ValueType } from "./values.ts";

/**
 * The fields of `struct genlmsghdr`.
 * @category Netlink
 */
export type GenericFields = {
  cmd: typeof u8;
  version: typeof u8;
};

const fields: GenericFields = { cmd: u8, version: u8 };

/**
 * Describes the messages of a family of generic netlink: `struct genlmsghdr`, whose fields are
 * `cmd` and `version`, with the family's attributes.
 *
 * @param policy the attributes, by name: number and type
 * @returns the format
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { genlmsghdr, text } from "@libc/socket/netlink";
 *
 * const format = genlmsghdr({ CTRL_ATTR_FAMILY_NAME: [2, text] });
 * const payload = format.encode({ cmd: 3, attributes: { CTRL_ATTR_FAMILY_NAME: "nlctrl" } });
 * assertEquals(payload.length, 4 + 4 + 8);
 * ```
 * @category Netlink
 */
export function genlmsghdr<P extends Policy>(
  policy: P,
): MessageFormat<Decoded<GenericFields, P>, Encodable<GenericFields, P>> {
  // The structure has 16 reserved bits, too.
  return messageFormat("genlmsghdr", struct(fields), policy);
}

/**
 * An operation of a family.
 * @category Netlink
 */
export type OperationPolicy = Named<{
  CTRL_ATTR_OP_ID: typeof u32;
  CTRL_ATTR_OP_FLAGS: typeof u32;
}>;

const operation: NestedType<OperationPolicy> = nested(byName({
  CTRL_ATTR_OP_ID: u32,
  CTRL_ATTR_OP_FLAGS: u32,
}));

/**
 * A multicast group of a family.
 * @category Netlink
 */
export type GroupPolicy = Named<{
  CTRL_ATTR_MCAST_GRP_NAME: typeof text;
  CTRL_ATTR_MCAST_GRP_ID: typeof u32;
}>;

const group: NestedType<GroupPolicy> = nested(byName({
  CTRL_ATTR_MCAST_GRP_NAME: text,
  CTRL_ATTR_MCAST_GRP_ID: u32,
}));

/**
 * The type of a list of values that consist of attributes.
 * @category Netlink
 */
export type ListType<P extends Policy> = ValueType<
  Attributes<P>[],
  Iterable<AttributesInput<P>>
>;

/**
 * The attributes of the controller, `nlctrl`.
 * @category Netlink
 */
export type ControllerPolicy = Named<{
  CTRL_ATTR_FAMILY_ID: typeof u16;
  CTRL_ATTR_FAMILY_NAME: typeof text;
  CTRL_ATTR_VERSION: typeof u32;
  CTRL_ATTR_HDRSIZE: typeof u32;
  CTRL_ATTR_MAXATTR: typeof u32;
  CTRL_ATTR_OPS: ListType<OperationPolicy>;
  CTRL_ATTR_MCAST_GROUPS: ListType<GroupPolicy>;
}>;

const controllerPolicy: ControllerPolicy = byName({
  CTRL_ATTR_FAMILY_ID: u16,
  CTRL_ATTR_FAMILY_NAME: text,
  CTRL_ATTR_VERSION: u32,
  CTRL_ATTR_HDRSIZE: u32,
  CTRL_ATTR_MAXATTR: u32,
  CTRL_ATTR_OPS: list(operation),
  CTRL_ATTR_MCAST_GROUPS: list(group),
});

/**
 * A message of the controller, which knows all families.
 * @category Netlink
 */
export type ControllerMessage = Decoded<GenericFields, ControllerPolicy>;
/**
 * A message to the controller.
 * @category Netlink
 */
export type ControllerMessageInput = Encodable<GenericFields, ControllerPolicy>;

/**
 * The messages of the controller: `CTRL_CMD_` commands with `CTRL_ATTR_` attributes.
 * @category Netlink
 */
export const nlctrl: MessageFormat<ControllerMessage, ControllerMessageInput> =
  genlmsghdr(controllerPolicy);

/**
 * A family of generic netlink.
 * @category Netlink
 */
export interface GenericFamily {
  /** The type of its messages. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Its version. */
  readonly version: number;
  /** The size of its own header, behind `struct genlmsghdr`, in bytes; 0 for most. */
  readonly hdrsize: number;
  /** Its multicast groups by name, for `subscribe()`. */
  readonly groups: Readonly<Record<string, number>>;
}

/**
 * Finds a family of generic netlink by its name.
 *
 * @param socket a socket of the protocol `NETLINK_GENERIC`
 * @param name the name, such as `"nl80211"`
 * @returns the family
 * @throws {FileNotFoundError} if the kernel has no family of that name
 * @category Netlink
 */
export function genericFamily(
  socket: Socket<NetlinkAddress>,
  name: string,
): GenericFamily;
/**
 * Finds a family of generic netlink by its name, awaiting.
 *
 * @param socket a socket of the protocol `NETLINK_GENERIC`
 * @param name the name, such as `"nl80211"`
 * @param options `{ signal }`: aborting it rejects with its reason
 * @returns the family
 * @throws {FileNotFoundError} if the kernel has no family of that name
 */
export function genericFamily(
  socket: AsyncSocket<NetlinkAddress>,
  name: string,
  options?: WaitOptions,
): Promise<GenericFamily>;
export function genericFamily(
  socket: Socket<NetlinkAddress> | AsyncSocket<NetlinkAddress>,
  name: string,
  options?: WaitOptions,
): GenericFamily | Promise<GenericFamily> {
  const asked = {
    cmd: CTRL_CMD_GETFAMILY,
    version: 1,
    attributes: { CTRL_ATTR_FAMILY_NAME: string("name", name) },
  };
  if (socket instanceof Socket) {
    return familyOf(request(socket, GENL_ID_CTRL, nlctrl, asked));
  }
  return request(socket, GENL_ID_CTRL, nlctrl, asked, options).then(familyOf);
}

function familyOf([{ attributes }]: ControllerMessage[]): GenericFamily {
  const groups = attributes.CTRL_ATTR_MCAST_GROUPS ?? [];
  return {
    id: attributes.CTRL_ATTR_FAMILY_ID ?? 0,
    name: attributes.CTRL_ATTR_FAMILY_NAME ?? "",
    version: attributes.CTRL_ATTR_VERSION ?? 0,
    hdrsize: attributes.CTRL_ATTR_HDRSIZE ?? 0,
    groups: Object.fromEntries(
      groups.map((group) => [
        group.CTRL_ATTR_MCAST_GRP_NAME ?? "",
        group.CTRL_ATTR_MCAST_GRP_ID ?? 0,
      ]),
    ),
  };
}
