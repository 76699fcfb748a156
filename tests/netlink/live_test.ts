/** Netlink on the kernel: compared with `ip -j`, and what a socket script cannot make it do. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_UNIX,
  FileNotFoundError,
  hasattr,
  InterruptedError,
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  type NetlinkAddress,
  SOCK_RAW,
  Socket,
  TimeoutError,
} from "../../mod.ts";
import { AsyncSocket } from "../../async.ts";
import * as netlink from "../../netlink.ts";
import { Namespaces, namespaces } from "../examples/namespaces.ts";
import { beside } from "../support/files.ts";
import { canRun, need, needs, requires } from "../support/requires.ts";

const { dump, genericFamily, ifinfomsg, receive, request, subscribe } = netlink;

const ip = need("ip", canRun("ip", "-V"));
const program = beside("programs/netlink.ts");

// deno-lint-ignore no-explicit-any -- what JSON has
type Json = any;

/** What `ip` and netlink both say. */
interface Comparable {
  readonly links: Json;
  readonly addresses: Json;
  readonly routes: Json;
  readonly neighbours: Json;
}

const families: Record<string, number> = {
  inet: AF_INET as number,
  inet6: AF_INET6 as number,
};

const scopes: Record<number, string> = {
  0: "global",
  253: "link",
  254: "host",
  200: "site",
};

/** Prefixes as `ip` shows them. */
const prefixed = (address: string | undefined, length: number): string => {
  if (address === undefined) return "default";
  return length === 32 && address.includes(".") ||
      length === 128 && address.includes(":")
    ? address
    : `${address}/${length}`;
};

/** What `ip -j` shows of links, addresses, routes and neighbours. */
function shown(run: (...args: string[]) => string): Comparable {
  const json = (...args: string[]): Json =>
    JSON.parse(run("ip", "-j", ...args) || "[]");
  const links = json("-details", "link");
  const routes = ["-4", "-6"].flatMap((version) =>
    json("-details", version, "route", "show", "table", "all").map((
      route: Json,
    ) => ({ version, ...route }))
  );
  return {
    links: links.map((link: Json) => ({
      index: link.ifindex,
      name: link.ifname,
      mtu: link.mtu,
      address: link.address,
      broadcast: link.broadcast,
      txqlen: link.txqlen,
      kind: link.linkinfo?.info_kind,
      qdisc: link.qdisc,
    })),
    addresses: json("addr").flatMap((link: Json) =>
      link.addr_info.map((one: Json) => ({
        index: link.ifindex,
        family: families[one.family],
        local: one.local,
        prefixlen: one.prefixlen,
        broadcast: one.broadcast,
        label: one.label,
        scope: one.scope,
      }))
    ).sort(order),
    routes: routes.map((route: Json) => ({
      version: route.version,
      dst: route.dst,
      gateway: route.gateway,
      device: route.dev,
      source: route.prefsrc,
      metric: route.metric,
      nexthops: route.nexthops?.map((hop: Json) => [
        hop.gateway,
        hop.dev,
        hop.weight,
      ]),
    })).sort(order),
    neighbours: json("neigh", "show", "nud", "all").map((one: Json) => ({
      dst: one.dst,
      device: one.dev,
      address: one.lladdr,
    })).sort(order),
  };
}

const order = (a: unknown, b: unknown): number => {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
};

/** The same of what the program printed. */
function ours(found: Json): Comparable {
  const names = new Map(
    found.links.map((link: Json) => [link.index, link.attributes.IFLA_IFNAME]),
  );
  const CACHED = 0x200; // RTM_F_CLONED
  return {
    links: found.links.map(({ index, attributes }: Json) => ({
      index,
      name: attributes.IFLA_IFNAME,
      mtu: attributes.IFLA_MTU,
      address: attributes.IFLA_ADDRESS,
      broadcast: attributes.IFLA_BROADCAST,
      txqlen: attributes.IFLA_TXQLEN,
      kind: attributes.IFLA_LINKINFO?.IFLA_INFO_KIND,
      qdisc: attributes.IFLA_QDISC,
    })),
    addresses: found.addresses.map((
      { index, family, prefixlen, scope, attributes }: Json,
    ) => ({
      index,
      family,
      local: attributes.IFA_LOCAL ?? attributes.IFA_ADDRESS,
      prefixlen,
      broadcast: attributes.IFA_BROADCAST,
      label: attributes.IFA_LABEL,
      scope: scopes[scope],
    })).sort(order),
    routes: found.routes.filter(({ flags, family }: Json) =>
      (flags & CACHED) === 0 && Object.values(families).includes(family)
    ).map(({ family, dst_len, attributes }: Json) => ({
      version: family === AF_INET as number ? "-4" : "-6",
      dst: prefixed(attributes.RTA_DST, dst_len),
      gateway: attributes.RTA_GATEWAY,
      device: names.get(attributes.RTA_OIF),
      source: attributes.RTA_PREFSRC,
      metric: attributes.RTA_PRIORITY,
      nexthops: attributes.RTA_MULTIPATH?.map((hop: Json) => [
        hop.attributes.RTA_GATEWAY,
        names.get(hop.ifindex),
        hop.hops + 1,
      ]),
    })).sort(order),
    neighbours: found.neighbours.map(({ ifindex, attributes }: Json) => ({
      dst: attributes.NDA_DST,
      device: names.get(ifindex),
      address: attributes.NDA_LLADDR,
    })).sort(order),
  };
}

/** Leaves out what is undefined, as JSON does. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value));

for (const kind of ["blocking", "awaiting"]) {
  Deno.test({
    ...requires(
      `a ${kind} socket makes interfaces, addresses, routes and neighbours, and lists what \`ip -j\` does`,
      namespaces,
      ip,
    ),
    fn() {
      using network = new Namespaces(1);
      // Otherwise the neighbours change while IPv6 looks for routers.
      network.sysctl(0, "net.ipv6.conf.default.disable_ipv6", "1");
      const run = (...args: string[]) => network.run(0, ...args);
      const found = JSON.parse(run(
        ...[Deno.execPath(), "run", "--no-check", "--no-prompt"],
        ...["--allow-ffi", program, kind, "change"],
      ));
      const all = ours(found);
      assertEquals(plain(all), plain(shown(run)));
      assertMatch(
        JSON.stringify(all.links),
        /"name":"v0","mtu":1280,"address":"02:00:00:00:00:07"/,
      );
      assertMatch(
        JSON.stringify(all.routes),
        /"10.99.0.0\/16".*"10.3.0.2","v0",3/,
      );
      assertMatch(
        JSON.stringify(all.neighbours),
        /"10.3.0.9","device":"v0","address":"02:00:00:00:00:09"/,
      );
      const errors = new Map<string, unknown[]>(
        found.errors.map((
          [name, ...rest]: [string, ...unknown[]],
        ) => [name, rest]),
      );
      assertEquals(errors.get("again")?.[0], "EEXIST");
      assertEquals(errors.get("prefix"), [
        "EINVAL",
        "Invalid argument: ipv4: Invalid prefix length",
        "ipv4: Invalid prefix length",
        null,
      ]);
      assertEquals(errors.get("gateway")?.slice(0, 3), [
        "ENETUNREACH",
        "Network is unreachable: Nexthop has invalid gateway",
        "Nexthop has invalid gateway",
      ]);
      // Behind two headers and IFA_LOCAL.
      assertEquals(errors.get("length")?.[0], "ERANGE");
      assertEquals(errors.get("length")?.[3], 16 + 8 + 8);
    },
  });
}

Deno.test({
  ...requires("dumps of this machine need no privilege", needs.linux, ip),
  fn() {
    const { success, stdout } = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--no-prompt", "--allow-ffi"],
        ...[program, "blocking", "list"],
      ],
    }).outputSync();
    assert(success);
    const found = ours(JSON.parse(new TextDecoder().decode(stdout)));
    const theirs = JSON.parse(new TextDecoder().decode(
      new Deno.Command("ip", { args: ["-j", "link"] }).outputSync().stdout,
    ));
    assertEquals(
      found.links.map(({ index, name, mtu }: Json) => [index, name, mtu]),
      theirs.map((one: Json) => [one.ifindex, one.ifname, one.mtu]),
    );
  },
});

/** A socket of `NETLINK_ROUTE`. */
const route = () => new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
const awaitingRoute = () =>
  new AsyncSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
const { RTM_GETLINK } = netlink;

const generic = need(
  "generic netlink",
  hasattr("AF_NETLINK") && (() => {
    try {
      new Socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC).close();
      return true;
    } catch {
      return false;
    }
  })(),
);

Deno.test({
  ...requires("a family of generic netlink is found by its name", generic),
  async fn() {
    using socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    const found = genericFamily(socket, "nlctrl");
    assertEquals([found.id, found.name], [netlink.GENL_ID_CTRL, "nlctrl"]);
    assertEquals(found.groups.notify, netlink.GENL_ID_CTRL);
    using awaiting = new AsyncSocket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    assertEquals(await genericFamily(awaiting, "nlctrl"), found);
    assertThrows(
      () => genericFamily(socket, "no such family"),
      FileNotFoundError,
    );
    await assertRejects(
      () => genericFamily(awaiting, "no such family"),
      FileNotFoundError,
    );
    // A dump whose request has attributes of its own.
    const families = [...dump(socket, netlink.GENL_ID_CTRL, netlink.nlctrl, {
      cmd: netlink.CTRL_CMD_GETFAMILY,
    })];
    assert(
      families.some(({ attributes }) =>
        attributes.CTRL_ATTR_FAMILY_NAME === "nlctrl"
      ),
    );
  },
});

Deno.test({
  ...requires(
    "requests may be sent within the loop over a dump, which may be left",
    needs.linux,
  ),
  async fn() {
    using socket = route();
    for (const { index } of dump(socket, RTM_GETLINK, ifinfomsg)) {
      const [one] = request(socket, RTM_GETLINK, ifinfomsg, { index });
      assertEquals(one.index, index);
      break;
    }
    assert([...dump(socket, RTM_GETLINK, ifinfomsg)].length > 0);
    using awaiting = awaitingRoute();
    const index = 1;
    const both = await Promise.all([
      request(awaiting, RTM_GETLINK, ifinfomsg, { index }),
      Array.fromAsync(dump(awaiting, RTM_GETLINK, ifinfomsg)),
      request(awaiting, RTM_GETLINK, ifinfomsg, { index }),
    ]);
    assertEquals(both.map((found) => found[0].index), [1, 1, 1]);
  },
});

Deno.test({
  ...requires(
    "a dump that was aborted does not disturb the next request",
    needs.linux,
  ),
  async fn() {
    using socket = awaitingRoute();
    const abort = new AbortController();
    // Aborted after the request was sent: its replies stay in the socket.
    const receiving = stub(socket, "recvfrom_into", () => {
      abort.abort(new Error("enough"));
      return Promise.reject(abort.signal.reason);
    });
    await assertRejects(
      () =>
        Array.fromAsync(
          dump(socket, RTM_GETLINK, ifinfomsg, {}, { signal: abort.signal }),
        ),
      Error,
      "enough",
    );
    receiving.restore();
    for (let i = 0; i < 2; i++) {
      const all = await Array.fromAsync(dump(socket, RTM_GETLINK, ifinfomsg));
      assertEquals(all[0].index, 1);
    }
    await assertRejects(
      () =>
        request(socket, RTM_GETLINK, ifinfomsg, {}, { signal: abort.signal }),
      Error,
      "enough",
    );
  },
});

/** Marks the messages of the first dumps that a socket receives as interrupted. */
function interrupting(
  socket: Socket<NetlinkAddress>,
  times: number,
): Disposable {
  const receive = socket.recvfrom_into.bind(socket);
  let left = times;
  return stub(socket, "recvfrom_into", (
    buffer: Uint8Array<ArrayBuffer>,
    nbytes: number,
    flags: number,
  ) => {
    const result = receive(buffer, nbytes, flags);
    const view = new DataView(buffer.buffer);
    const isLast = flags === 0 && // and not with MSG_PEEK
      view.getUint16(4, true) === netlink.NLMSG_DONE;
    if (left > 0) {
      const marked = view.getUint16(6, true) | netlink.NLM_F_DUMP_INTR;
      view.setUint16(6, marked, true);
      if (isLast) left--;
    }
    return result;
  });
}

Deno.test({
  ...requires("a dump that changes interrupted is made again", needs.linux),
  fn() {
    using socket = route();
    {
      using _ = interrupting(socket, 3);
      const sent = stub(socket, "sendto", socket.sendto.bind(socket));
      const all = [...dump(socket, RTM_GETLINK, ifinfomsg)];
      assertEquals(sent.calls.length, 4);
      assertEquals(
        all.map(({ index }) => index),
        [...new Set(all.map(({ index }) => index))],
      );
      sent.restore();
    }
    using _ = interrupting(socket, Infinity);
    assertThrows(
      () => [...dump(socket, RTM_GETLINK, ifinfomsg)],
      InterruptedError,
      "changes interrupted the dump 20 times",
    );
  },
});

Deno.test({
  ...requires("what another process sends is no reply", needs.linux),
  fn() {
    using socket = new Socket(AF_NETLINK, SOCK_RAW, 2); // NETLINK_USERSOCK
    using stranger = new Socket(AF_NETLINK, SOCK_RAW, 2);
    socket.bind([0, 0]);
    socket.settimeout(0.05);
    stranger.sendto(
      netlink.encodeMessage({ type: netlink.RTM_NEWLINK }),
      socket.getsockname(),
    );
    assertThrows(() => receive(socket), TimeoutError);
  },
});

Deno.test({
  ...requires(
    "messages of groups are received by who subscribes",
    namespaces,
    ip,
  ),
  async fn() {
    using network = new Namespaces(1);
    const watcher = `
import { AF_NETLINK, AsyncSocket, NETLINK_ROUTE, SOCK_RAW } from ${
      JSON.stringify(new URL("../../async.ts", import.meta.url).href)
    };
import { ifinfomsg, receive, RTNLGRP_LINK, subscribe, unsubscribe } from ${
      JSON.stringify(new URL("../../netlink.ts", import.meta.url).href)
    };
const socket = new AsyncSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
subscribe(socket, RTNLGRP_LINK);
console.log("ready");
let seen = false;
while (!seen) {
  for (const { type, payload } of await receive(socket)) {
    const name = ifinfomsg.decode(payload).attributes.IFLA_IFNAME;
    if (name !== "w0" || seen) continue;
    console.log(type, name);
    seen = true;
  }
}
unsubscribe(socket, RTNLGRP_LINK);
socket.close();`;
    const child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", network.names[0], Deno.execPath(), "run"],
        ...["--no-check", "--no-prompt", "--allow-ffi", "-"],
      ],
      stdin: "piped",
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(watcher));
    await writer.close();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let out = "";
    const until = async (end: string): Promise<void> => {
      while (!out.includes(end)) {
        const { done, value } = await lines.read();
        if (done) throw new Error(`it ended after ${out}`);
        out += value;
      }
    };
    await until("ready\n");
    network.ip(0, "link add w0 type veth peer name w1");
    await until(`${netlink.RTM_NEWLINK} w0\n`);
    assert((await child.status).success);
    await lines.cancel();
  },
});

Deno.test({
  ...requires(
    "what is no netlink socket, and no group, is refused",
    needs.linux,
  ),
  fn() {
    using other = new Socket(AF_UNIX);
    const wrong = other as never as Socket<[number, number]>;
    assertThrows(
      () => request(wrong, RTM_GETLINK, ifinfomsg),
      RangeError,
      "socket must be of the family AF_NETLINK",
    );
    assertThrows(() => receive({} as never), TypeError, "socket must be");
    assertThrows(() => subscribe({} as never, 1), TypeError, "socket must be");
    using socket = route();
    assertThrows(() => subscribe(socket, 0), RangeError, "group must be");
    assertThrows(
      () => request(socket, RTM_GETLINK, ifinfomsg, {}, { flags: 65536 }),
      RangeError,
      "flags must be",
    );
  },
});
