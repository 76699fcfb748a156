/**
 * Prints the network interfaces with their addresses, routes and neighbours, and how they change,
 * by netlink, until Ctrl-C. Linux only.
 *
 *     deno run --allow-ffi examples/interface_watcher.ts
 */

import {
  AF_NETLINK,
  BlockingIOError,
  errno,
  IFF_RUNNING,
  IFF_UP,
  NETLINK_ROUTE,
  OSError,
  SOCK_RAW,
  Socket,
} from "@libc/socket";
import {
  dump,
  ifaddrmsg,
  ifinfomsg,
  ndmsg,
  type NetlinkMessage,
  payload,
  receive,
  RT_TABLE_MAIN,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  rtmsg,
  RTN_UNICAST,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_IPV6_ROUTE,
  RTNLGRP_LINK,
  RTNLGRP_NEIGH,
  subscribe,
} from "@libc/socket/netlink";

/** The names of the interfaces by their indices. */
const names = new Map<number, string>();

/** The last line about each object: messages also come of other changes than it shows. */
const printed = new Map<string, string>();

function print(object: string, line: string): void {
  if (printed.get(object) !== line) console.log(line);
  printed.set(object, line);
}

function showLink(data: Uint8Array, isGone: boolean): void {
  const { index, flags, attributes } = ifinfomsg.decode(data);
  const name = attributes.IFLA_IFNAME ?? "";
  names.set(index, name);
  const state = isGone
    ? "gone"
    : (flags & IFF_UP) === 0
    ? "down"
    : (flags & IFF_RUNNING) === 0
    ? "up, but without carrier"
    : "up";
  print(`link ${index}`, `${name} is ${state}`);
}

function showAddress(data: Uint8Array, isGone: boolean): void {
  const { index, prefixlen, attributes } = ifaddrmsg.decode(data);
  // A point-to-point interface has the address of the other end in IFA_ADDRESS.
  const address = attributes.IFA_LOCAL ?? attributes.IFA_ADDRESS;
  const what = `${names.get(index)} has ${isGone ? "no longer " : ""}`;
  print(`${index} ${address}`, `${what}${address}/${prefixlen}`);
}

function showRoute(data: Uint8Array, isGone: boolean): void {
  const { dst_len, table, type, attributes } = rtmsg.decode(data);
  if (table !== RT_TABLE_MAIN || type !== RTN_UNICAST) return;
  const { RTA_DST, RTA_GATEWAY, RTA_OIF = 0 } = attributes;
  const to = RTA_DST === undefined ? "default" : `${RTA_DST}/${dst_len}`;
  const via = RTA_GATEWAY === undefined ? "" : ` by ${RTA_GATEWAY}`;
  const what = `the route to ${to}${via} on ${names.get(RTA_OIF)}`;
  print(what, isGone ? `${what} is gone` : `${what} is there`);
}

function showNeighbour(data: Uint8Array, isGone: boolean): void {
  const { ifindex, attributes: { NDA_DST, NDA_LLADDR } } = ndmsg.decode(data);
  const address = NDA_LLADDR?.toHex().replace(/..(?!$)/g, "$&:");
  const what = `${NDA_DST} on ${names.get(ifindex)}`;
  if (isGone) print(what, `${what} is gone`);
  else if (address !== undefined) print(what, `${what} is ${address}`);
}

const shows = new Map([
  [RTM_NEWLINK, showLink],
  [RTM_DELLINK, showLink],
  [RTM_NEWADDR, showAddress],
  [RTM_DELADDR, showAddress],
  [RTM_NEWROUTE, showRoute],
  [RTM_DELROUTE, showRoute],
  [RTM_NEWNEIGH, showNeighbour],
  [RTM_DELNEIGH, showNeighbour],
]);
const gone = [RTM_DELLINK, RTM_DELADDR, RTM_DELROUTE, RTM_DELNEIGH];

/** Shows everything that there is. */
function showAll(): void {
  using socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  const kinds = [
    [RTM_GETLINK, showLink, ifinfomsg],
    [RTM_GETADDR, showAddress, ifaddrmsg],
    [RTM_GETROUTE, showRoute, rtmsg],
    [RTM_GETNEIGH, showNeighbour, ndmsg],
  ] as const;
  for (const [type, show, { encode }] of kinds) {
    for (const data of dump(socket, type, payload, encode())) show(data, false);
  }
}

/** Receives the messages of some changes. */
function changes(): NetlinkMessage[] {
  for (;;) {
    try {
      return receive(socket);
    } catch (error) {
      // More came at once than the socket has room for: the kernel drops messages, and says so.
      if (!(error instanceof OSError && error.errno === errno.ENOBUFS)) {
        throw error;
      }
      discard();
      console.log("Some changes were missed; there are now:");
      printed.clear();
      showAll();
    }
  }
}

/** Discards the messages that the socket has: they are older than what is there now. */
function discard(): void {
  socket.settimeout(0);
  for (;;) {
    try {
      receive(socket);
    } catch (error) {
      if (!(error instanceof BlockingIOError)) {
        if (error instanceof OSError && error.errno === errno.ENOBUFS) continue;
        throw error;
      }
      return socket.settimeout(null);
    }
  }
}

using socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
// First this, so that nothing is missed between the two.
subscribe(
  socket,
  RTNLGRP_LINK,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV6_ROUTE,
  RTNLGRP_NEIGH,
);
showAll();
console.error("Watching");
for (;;) {
  for (const { type, payload: data } of changes()) {
    shows.get(type)?.(data, gone.includes(type));
  }
}
