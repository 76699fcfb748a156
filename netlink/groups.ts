/** The multicast groups of netlink. */

import {
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  SOL_NETLINK,
} from "../constants/mod.ts";
import { instance, integer } from "../errors/arguments.ts";
import type { NetlinkAddress } from "../socket/address/types.ts";
import { SocketBase } from "../socket/base.ts";

/**
 * Subscribes to multicast groups: the socket then receives the kernel's messages about changes. If
 * it has no port yet, it is bound to one: the kernel passes over sockets without.
 *
 * @param socket a socket of the family `AF_NETLINK`
 * @param groups the groups: `RTNLGRP_LINK` and its kin, or what `genericFamily()` found
 * @throws {OSError} if there is no such group (`EINVAL`), or it needs privileges (`EPERM`)
 * @throws {RangeError} if a group is no positive integer
 * @category Netlink
 */
export function subscribe(
  socket: SocketBase<NetlinkAddress>,
  ...groups: number[]
): void {
  setMembership(socket, NETLINK_ADD_MEMBERSHIP, groups);
  const [port] = socket.getsockname();
  if (port === 0) socket.bind(socket.getsockname());
}

/**
 * Leaves multicast groups that the socket has subscribed to.
 *
 * @param socket a socket of the family `AF_NETLINK`
 * @param groups the groups
 * @throws {OSError} if there is no such group (`EINVAL`)
 * @throws {RangeError} if a group is no positive integer
 * @category Netlink
 */
export function unsubscribe(
  socket: SocketBase<NetlinkAddress>,
  ...groups: number[]
): void {
  setMembership(socket, NETLINK_DROP_MEMBERSHIP, groups);
}

function setMembership(
  socket: SocketBase<NetlinkAddress>,
  option: number,
  groups: number[],
): void {
  instance("socket", socket, SocketBase, "a socket");
  for (const group of groups.map((group) => integer("group", group, 1))) {
    socket.setsockopt(SOL_NETLINK, option, group);
  }
}
