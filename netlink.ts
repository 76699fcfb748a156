/**
 * Linux's netlink: constants, messages and attributes to bytes and back, requests, dumps and
 * multicast groups, by blocking and awaiting sockets of the family `AF_NETLINK`.
 *
 * A message has a header, a structure and attributes. A _format_, such as {@linkcode ifinfomsg},
 * knows the structure and the attributes of a kind of messages. Attributes have their names in C:
 * `attributes.IFLA_IFNAME`. What a format does not know stays in `attributes.unknown`.
 * {@linkcode messageFormat} makes formats of other kinds.
 *
 * Importing needs no permission. On other systems the constants are stand-ins, see `isMissing()`.
 *
 * @example The interfaces, and their addresses
 * ```ts ignore
 * import { AF_NETLINK, NETLINK_ROUTE, SOCK_RAW, Socket } from "@libc/socket";
 * import { dump, ifaddrmsg, ifinfomsg, RTM_GETADDR, RTM_GETLINK } from "@libc/socket/netlink";
 *
 * using socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
 * for (const { index, attributes } of dump(socket, RTM_GETLINK, ifinfomsg)) {
 *   console.log(index, attributes.IFLA_IFNAME, attributes.IFLA_MTU);
 * }
 * for (const { index, prefixlen, attributes } of dump(socket, RTM_GETADDR, ifaddrmsg)) {
 *   console.log(index, attributes.IFA_ADDRESS, prefixlen);
 * }
 * ```
 *
 * @example Awaiting, and changes
 * ```ts ignore
 * import { AF_NETLINK, AsyncSocket, NETLINK_ROUTE, SOCK_RAW } from "@libc/socket/async";
 * import { ifinfomsg, receive, RTM_NEWLINK, RTNLGRP_LINK, subscribe } from "@libc/socket/netlink";
 *
 * using socket = new AsyncSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
 * subscribe(socket, RTNLGRP_LINK);
 * for (;;) {
 *   for (const { type, payload } of await receive(socket)) {
 *     if (type === RTM_NEWLINK) console.log(ifinfomsg.decode(payload).attributes.IFLA_IFNAME);
 *   }
 * }
 * ```
 *
 * @module
 */

export * from "./constants/generated/door_netlink.js";
export {
  type Attribute,
  type Attributes,
  type AttributesInput,
  decodeAttributes,
  type DecodedAttribute,
  encodeAttributes,
  list,
  nested,
  type NestedType,
  type Policy,
} from "./netlink/attributes.ts";
export { errorOf, ExtendedAck } from "./netlink/error.ts";
export {
  dump,
  receive,
  request,
  type RequestOptions,
} from "./netlink/exchange.ts";
export {
  type ControllerMessage,
  type ControllerMessageInput,
  type ControllerPolicy,
  type GenericFamily,
  genericFamily,
  type GenericFields,
  genlmsghdr,
  type GroupPolicy,
  type ListType,
  nlctrl,
  type OperationPolicy,
} from "./netlink/generic.ts";
export { subscribe, unsubscribe } from "./netlink/groups.ts";
export {
  type Decoded,
  decodeMessages,
  type Encodable,
  encodeMessage,
  type MessageFormat,
  messageFormat,
  type NetlinkMessage,
  type NetlinkMessageInput,
  payload,
} from "./netlink/message.ts";
export type { Named } from "./netlink/policy.ts";
export {
  type AddressCacheInfo,
  type AddressFields,
  type AddressMessage,
  type AddressMessageInput,
  type AddressPolicy,
  ifaddrmsg,
  ifinfomsg,
  type LinkCounter,
  type LinkFields,
  type LinkInfoPolicy,
  type LinkMessage,
  type LinkMessageInput,
  type LinkPolicy,
  type LinkStatistics,
  type MetricsPolicy,
  ndmsg,
  type NeighbourCacheInfo,
  type NeighbourFields,
  type NeighbourMessage,
  type NeighbourMessageInput,
  type NeighbourPolicy,
  type Nexthop,
  type NexthopInput,
  type NexthopPolicy,
  type RouteCacheInfo,
  type RouteFields,
  type RouteMessage,
  type RouteMessageInput,
  type RoutePolicy,
  rtmsg,
  type Via,
} from "./netlink/route.ts";
export {
  be16,
  be32,
  binary,
  type Fields,
  type FieldValues,
  flag,
  type IntegerType,
  ip,
  s32,
  struct,
  type StructType,
  text,
  u16,
  u32,
  u64,
  u8,
  type ValueType,
} from "./netlink/values.ts";
