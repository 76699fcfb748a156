/**
 * The network interfaces with their addresses, and by netlink what they count, how the system
 * reaches the world, and what changes. Linux; it needs no privilege.
 *
 *     deno run --allow-ffi docs/cookbook/interfaces.ts
 *
 * `getifaddrs()` alone runs on macOS and FreeBSD too.
 */

import * as socket from "@libc/socket";
import { AsyncSocket } from "@libc/socket/async";
import * as netlink from "@libc/socket/netlink";

const { AF_NETLINK, NETLINK_ROUTE, SOCK_RAW } = socket;

for (const { index, name, flagNames, addresses } of socket.getifaddrs()) {
  if (!flagNames.includes("IFF_UP")) continue;
  for (const { address, prefixlen } of addresses) {
    console.log(`${index} ${name}: ${address}/${prefixlen}`);
  }
}

using requests = new AsyncSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
const { RTM_GETLINK, ifinfomsg } = netlink;
for await (
  const { attributes } of netlink.dump(requests, RTM_GETLINK, ifinfomsg)
) {
  const { IFLA_IFNAME, IFLA_MTU, IFLA_STATS64 } = attributes;
  const counts = IFLA_STATS64?.rx_packets === undefined ? "nothing" : "packets";
  console.log(`${IFLA_IFNAME}: MTU ${IFLA_MTU}, counts ${counts}`);
}

// One reply, for one address: the kernel looks the route up.
const [route] = await netlink.request(
  requests,
  netlink.RTM_GETROUTE,
  netlink.rtmsg,
  {
    family: socket.AF_INET,
    dst_len: 32,
    attributes: { RTA_DST: "127.0.0.1" },
  },
);
const { RTA_OIF = 0, RTA_PREFSRC } = route.attributes;
console.log(
  `127.0.0.1 by ${socket.if_indextoname(RTA_OIF)} from ${RTA_PREFSRC}`,
);

try {
  const { RTM_GETNEIGH, ndmsg } = netlink;
  await netlink.request(requests, RTM_GETNEIGH, ndmsg, {
    family: socket.AF_INET,
    ifindex: RTA_OIF,
    attributes: { NDA_DST: "127.0.0.9" },
  });
} catch (error) {
  // The error number has a text of its own, with the kernel's behind it.
  if (!(error instanceof socket.OSError)) throw error;
  console.log(error.strerror);
}

// Changes come to a socket of their own, which subscribes to groups.
using changes = new AsyncSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
netlink.subscribe(changes, netlink.RTNLGRP_LINK, netlink.RTNLGRP_IPV4_IFADDR);
const signal = AbortSignal.timeout(100);
try {
  for (;;) {
    for (const { type } of await netlink.receive(changes, { signal })) {
      console.log("a change:", type);
    }
  }
} catch (error) {
  // ENOBUFS would say that there were more changes than fit: then ask for everything again.
  if (error !== signal.reason) throw error;
  console.log("no change for a while");
}
