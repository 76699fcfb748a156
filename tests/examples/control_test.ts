/** What control messages and options do in a network: several interfaces, routers, a firewall. */

import { assertEquals } from "@std/assert";
import { Peer } from "../support/peer.ts";
import { beside } from "../support/files.ts";
import { canRun, need, needs, requires } from "../support/requires.ts";
import { Namespaces, namespaces } from "./namespaces.ts";
import { ours } from "./programs.ts";

/** Starts a program of `tests/programs` in a namespace. */
function start(network: Namespaces, index: number, ...args: string[]): Peer {
  const [program, ...rest] = args;
  const run = [Deno.execPath(), "run", "--allow-ffi", beside(program)];
  const within = ["netns", "exec", network.names[index]];
  return Peer.start("ip", [...within, ...run, ...rest]);
}

Deno.test({
  ...requires(
    "a server on a host with several addresses answers from the one it was asked at",
    namespaces,
    needs.ipv6,
  ),
  async fn() {
    using network = new Namespaces(2);
    network.cable([0, "wide", "10.81.0.9/24"], [1, "eth0", "10.81.0.1/24"]);
    network.cable([0, "narrow", "10.82.0.9/24"], [1, "eth1", "10.82.0.1/24"]);
    network.ip(1, "address add 10.81.0.2/24 dev eth0");
    network.ip(1, "address add 10.83.0.1/32 dev lo");
    network.ip(0, "address add fd81::9/64 dev wide nodad");
    for (const address of ["fd81::1", "fd81::2"]) {
      network.ip(1, `address add ${address}/64 dev eth0 nodad`);
    }
    // What lies behind is reached by the second interface, though its answers would take any.
    network.ip(0, "route add 10.83.0.0/24 via 10.82.0.1");
    await using server = start(network, 1, "programs/answering.ts");
    assertEquals(await server.line(), "ready");
    const hosts = {
      "10.81.0.1": "eth0",
      "10.81.0.2": "eth0",
      "10.82.0.1": "eth1",
      "10.83.0.1": "eth1",
      "fd81::1": "eth0",
      "fd81::2": "eth0",
    };
    await using client = start(
      network,
      0,
      "programs/asking.ts",
      ...Object.keys(hosts),
    );
    const expected = Object.entries(hosts).map(([host, by]) => {
      const addr = host.includes(":") ? host : `::ffff:${host}`;
      return `${host}: ${addr} by ${by}`;
    });
    assertEquals((await client.rest()).trim().split("\n"), expected);
  },
});

Deno.test({
  ...requires(
    "an offer is broadcast on the interface it was asked by",
    namespaces,
  ),
  async fn() {
    using network = new Namespaces(3);
    network.cable([0, "left", "10.84.1.1/24"], [1, "eth0", "10.84.1.9/24"]);
    network.cable([0, "right", "10.84.2.1/24"], [2, "eth0", "10.84.2.9/24"]);
    for (const i of [1, 2]) {
      // Clients have no address yet.
      network.ip(i, "address flush dev eth0");
      network.sysctl(i, "net.ipv4.conf.all.rp_filter", "0");
      network.sysctl(i, "net.ipv4.conf.eth0.rp_filter", "0");
    }
    network.sysctl(0, "net.ipv4.conf.all.rp_filter", "0");
    await using server = ours("offer_server", ["0"], {
      namespace: network.names[0],
    });
    const port = await server.port();
    for (const [i, name] of [[1, "left"], [2, "right"], [1, "left"]] as const) {
      await using client = ours("offer_client", ["eth0", port], {
        namespace: network.names[i],
      });
      const { code, out, err } = await client.end();
      const address = `10.84.${i}.1`;
      assertEquals([code, out, err], [0, `${address} offers ${address}\n`, ""]);
      await server.out.until(
        new RegExp(`asked by ${name}, offering ${address}\n`),
      );
    }
  },
});

/** A client, a router whose second link takes smaller packets, and a server. */
function narrow(): Namespaces {
  const network = new Namespaces(3);
  try {
    network.cable([0, "out", "10.85.1.9/24"], [1, "left", "10.85.1.1/24"]);
    network.cable([1, "right", "10.85.2.1/24"], [2, "in", "10.85.2.9/24"]);
    network.ip(0, "address add fd85:1::9/64 dev out nodad");
    network.ip(1, "address add fd85:1::1/64 dev left nodad");
    network.ip(1, "address add fd85:2::1/64 dev right nodad");
    network.ip(2, "address add fd85:2::9/64 dev in nodad");
    network.sysctl(1, "net.ipv4.ip_forward", "1");
    network.sysctl(1, "net.ipv6.conf.all.forwarding", "1");
    network.ip(0, "route add default via 10.85.1.1");
    network.ip(2, "route add default via 10.85.2.1");
    network.ip(0, "-6 route add default via fd85:1::1");
    network.ip(2, "-6 route add default via fd85:2::1");
    network.ip(1, "link set right mtu 1300");
    network.ip(2, "link set in mtu 1300");
    return network;
  } catch (error) {
    network[Symbol.dispose]();
    throw error;
  }
}

for (
  const [version, router, target, needed] of [
    ["IPv4", "10.85.1.1", "10.85.2.9", false],
    ["IPv6", "fd85:1::1", "fd85:2::9", needs.ipv6],
  ] as const
) {
  Deno.test({
    ...requires(
      `path_mtu.ts finds what a router lets pass over ${version}`,
      namespaces,
      needed,
    ),
    async fn() {
      using network = narrow();
      const [namespace] = network.names;
      const run = async (...args: string[]): Promise<string> => {
        await using program = ours("path_mtu", args, { namespace });
        const { code, out, err } = await program.end();
        assertEquals([code, err], [0, ""]);
        return out;
      };
      const end = `1300 bytes to ${target}: ECONNREFUSED from ${target}\n`;
      assertEquals(
        await run("-w", "20", target),
        `1500 bytes by the interface\n1300 bytes by ${router}\n${end}`,
      );
      // The system remembers it.
      assertEquals(
        await run("-w", "20", target),
        `1300 bytes by the interface\n${end}`,
      );
    },
  });
}

const nft = need("nft", canRun("nft", "--version"));

/** Whether the kernel redirects connections in namespaces. */
function canRedirect(): boolean {
  try {
    using network = new Namespaces(1);
    redirect(network, 0, "ip", 1);
    return true;
  } catch {
    return false;
  }
}

/** Redirects what comes for port 80 to another port. */
function redirect(
  network: Namespaces,
  index: number,
  family: "ip" | "ip6",
  port: number | string,
): void {
  const nft = (command: string) => network.run(index, "nft", command);
  nft(`add table ${family} proxy`);
  const hook = "{ type nat hook prerouting priority dstnat; }";
  nft(`add chain ${family} proxy prerouting ${hook}`);
  const rule = `tcp dport 80 redirect to :${port}`;
  nft(`add rule ${family} proxy prerouting ${rule}`);
}

const redirecting = [
  namespaces,
  nft,
  need(
    "the kernel's redirection",
    namespaces.isMet && nft.isMet && canRedirect(),
  ),
];

Deno.test({
  ...requires(
    "a transparent proxy connects to where a redirected connection was going",
    ...redirecting,
  ),
  async fn() {
    using network = new Namespaces(3);
    network.cable([0, "out", "10.86.1.9/24"], [1, "left", "10.86.1.1/24"]);
    network.cable([1, "right", "10.86.2.1/24"], [2, "in", "10.86.2.9/24"]);
    network.ip(0, "route add default via 10.86.1.1");
    network.ip(2, "route add default via 10.86.2.1");
    await using proxy = ours("transparent_proxy", ["0"], {
      namespace: network.names[1],
    });
    redirect(network, 1, "ip", await proxy.port());
    await using server = start(network, 2, "programs/seeing.ts");
    assertEquals(await server.line(), "ready");
    // The router does not even forward: without the proxy, nothing would arrive.
    await using client = start(network, 0, "programs/getting.ts", "10.86.2.9");
    // The server sees the proxy's address, and the client the server's.
    assertEquals(await client.rest(), "10.86.2.9 says hello 10.86.2.1\n");
    await proxy.out.until(/10\.86\.1\.9 to 10\.86\.2\.9:80: 5 and 15 bytes\n/);
  },
});

Deno.test({
  ...requires(
    "the original destination of a connection over IPv6 is known, and of IPv4 over an IPv6 socket",
    ...redirecting,
    needs.ipv6,
  ),
  async fn() {
    using network = new Namespaces(2);
    network.cable([0, "out", "10.87.1.9/24"], [1, "in", "10.87.1.1/24"]);
    network.ip(0, "address add fd87::9/64 dev out nodad");
    network.ip(1, "address add fd87::1/64 dev in nodad");
    await using server = start(network, 1, "programs/redirected.ts");
    const port = await server.line();
    redirect(network, 1, "ip", port);
    redirect(network, 1, "ip6", port);
    for (const host of ["10.87.1.1", "fd87::1"]) {
      await using client = start(network, 0, "programs/getting.ts", host);
      const six = host.includes(":") ? ",0,0" : "";
      assertEquals(await client.rest(), `${host} says ${host},80${six}\n`);
    }
  },
});
