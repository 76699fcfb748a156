/**
 * Prints what netlink says about this network namespace, as JSON, by a blocking or an awaiting
 * socket. With "change" it first makes what is to be seen, and prints the errors of bad requests.
 */

import {
  AF_INET,
  AF_NETLINK,
  NETLINK_ROUTE,
  type NetlinkAddress,
  OSError,
  SOCK_RAW,
  Socket,
} from "../../mod.ts";
import { AsyncSocket } from "../../async.ts";
import * as netlink from "../../netlink.ts";

const {
  dump,
  ifaddrmsg,
  ifinfomsg,
  ndmsg,
  NLM_F_CREATE,
  NLM_F_EXCL,
  request,
  rtmsg,
} = netlink;

type Either = Socket<NetlinkAddress> | AsyncSocket<NetlinkAddress>;

const [kind, task] = Deno.args;

const socket: Either = kind === "awaiting"
  ? new AsyncSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)
  : new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

async function ask<T, I>(
  type: number,
  format: netlink.MessageFormat<T, I>,
  fields: I,
  flags = 0,
): Promise<T[]> {
  // The overloads are chosen at compile time; both kinds are awaited here.
  return await request(socket as Socket<NetlinkAddress>, type, format, fields, {
    flags,
  });
}

async function all<T, I>(
  type: number,
  format: netlink.MessageFormat<T, I>,
): Promise<T[]> {
  return await Array.fromAsync(
    dump(socket as Socket<NetlinkAddress>, type, format),
  );
}

const errors: unknown[] = [];

if (task === "change") {
  const make = NLM_F_CREATE | NLM_F_EXCL;
  const peer = ifinfomsg.encode({ attributes: { IFLA_IFNAME: "v1" } });
  const VETH_INFO_PEER = 1;
  const veth = {
    attributes: {
      IFLA_IFNAME: "v0",
      IFLA_MTU: 1280,
      IFLA_ADDRESS: Uint8Array.of(2, 0, 0, 0, 0, 7),
      IFLA_LINKINFO: {
        IFLA_INFO_KIND: "veth",
        IFLA_INFO_DATA: netlink.encodeAttributes([
          { type: VETH_INFO_PEER, data: peer },
        ]),
      },
    },
  };
  await ask(netlink.RTM_NEWLINK, ifinfomsg, veth, make);
  const [{ index }] = await ask(netlink.RTM_GETLINK, ifinfomsg, {
    attributes: { IFLA_IFNAME: "v0" },
  });
  const [{ index: other }] = await ask(netlink.RTM_GETLINK, ifinfomsg, {
    attributes: { IFLA_IFNAME: "v1" },
  });
  for (const one of [index, other]) {
    await ask(netlink.RTM_SETLINK, ifinfomsg, {
      index: one,
      flags: 1,
      change: 1,
    });
  }
  await ask(netlink.RTM_NEWADDR, ifaddrmsg, {
    family: AF_INET,
    prefixlen: 24,
    index,
    attributes: {
      IFA_LOCAL: "10.3.0.1",
      IFA_ADDRESS: "10.3.0.1",
      IFA_BROADCAST: "10.3.0.255",
    },
  }, make);
  await ask(netlink.RTM_NEWROUTE, rtmsg, {
    family: AF_INET,
    dst_len: 16,
    table: netlink.RT_TABLE_MAIN,
    protocol: netlink.RTPROT_STATIC,
    type: netlink.RTN_UNICAST,
    attributes: {
      RTA_DST: "10.99.0.0",
      RTA_PRIORITY: 7,
      RTA_MULTIPATH: [
        { ifindex: index, hops: 2, attributes: { RTA_GATEWAY: "10.3.0.2" } },
        { ifindex: index, attributes: { RTA_GATEWAY: "10.3.0.3" } },
      ],
    },
  }, make);
  await ask(netlink.RTM_NEWNEIGH, ndmsg, {
    family: AF_INET,
    ifindex: index,
    state: netlink.NUD_PERMANENT,
    attributes: {
      NDA_DST: "10.3.0.9",
      NDA_LLADDR: Uint8Array.of(2, 0, 0, 0, 0, 9),
    },
  }, make);
  const bad: Record<string, () => Promise<unknown>> = {
    again: () => ask(netlink.RTM_NEWLINK, ifinfomsg, veth, make),
    prefix: () =>
      ask(netlink.RTM_NEWADDR, ifaddrmsg, {
        family: AF_INET,
        prefixlen: 77,
        index,
        attributes: { IFA_LOCAL: "10.4.0.1" },
      }),
    gateway: () =>
      ask(netlink.RTM_NEWROUTE, rtmsg, {
        family: AF_INET,
        dst_len: 16,
        table: netlink.RT_TABLE_MAIN,
        type: netlink.RTN_UNICAST,
        attributes: { RTA_DST: "10.98.0.0", RTA_GATEWAY: "203.0.113.1" },
      }, make),
    // An attribute that the kernel checks: its length must be 4.
    length: () =>
      ask(netlink.RTM_NEWADDR, ifaddrmsg, {
        family: AF_INET,
        prefixlen: 24,
        index,
        attributes: {
          IFA_LOCAL: "10.5.0.1",
          unknown: [{ type: netlink.IFA_FLAGS, data: Uint8Array.of(1) }],
        },
      }),
  };
  for (const [name, call] of Object.entries(bad)) {
    try {
      await call();
      errors.push([name, null]);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      const { message, offset } = (error.cause ?? {}) as Record<
        string,
        unknown
      >;
      errors.push([name, error.code, error.strerror, message, offset]);
    }
  }
}

const found = {
  errors,
  links: await all(netlink.RTM_GETLINK, ifinfomsg),
  addresses: await all(netlink.RTM_GETADDR, ifaddrmsg),
  routes: await all(netlink.RTM_GETROUTE, rtmsg),
  neighbours: await all(netlink.RTM_GETNEIGH, ndmsg),
};
socket.close();
console.log(JSON.stringify(found, (_, value) => {
  if (value instanceof Uint8Array) {
    return value.toHex().replace(/..(?!$)/g, "$&:");
  }
  return typeof value === "bigint" ? String(value) : value;
}));
