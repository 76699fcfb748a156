/** The examples of ICMP: `ping` and `traceroute`. */

import { assertEquals, assertMatch } from "@std/assert";
import { need, needs, requires, succeeds } from "../support/requires.ts";
import { Namespaces, namespaces } from "./namespaces.ts";
import { type Ended, ours, theirs } from "./programs.ts";

/** Times are never the same. */
const withoutTimes = (text: string): string =>
  text.replace(/\d+\.\d{3}/g, "TIME");

const programs = [
  ["ts", ours, false],
  ["py", theirs, needs.python],
] as const;

const tun = need(
  "/dev/net/tun",
  succeeds(() => Deno.statSync("/dev/net/tun")),
);

Deno.test({
  ...requires("tun_ping.ts answers pings", needs.root, namespaces, tun),
  async fn() {
    using network = new Namespaces(1);
    const [namespace] = network.names;
    await using device = ours("tun_ping", [], { namespace });
    await device.err.until(/Listening on tun0, 10\.77\.0\.1\/24\n/);
    const args = ["-c", "2", "-i", "0.01", "10.77.0.2"];
    await using ping = ours("ping", args, { namespace });
    const { code, out } = await ping.end();
    assertEquals(code, 0);
    assertMatch(out, /2 packets transmitted, 2 received, 0% packet loss/);
    await device.out.until(/(answered for 10\.77\.0\.2\n){2}/);
    device.kill("SIGINT");
    assertEquals((await device.end()).signal, "SIGINT");
  },
});

const answered = `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=TIME ms
64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=TIME ms

--- 127.0.0.1 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss
rtt min/avg/max = TIME/TIME/TIME ms
`;

for (const [language, start, needed] of programs) {
  for (
    const [kind, groups, table] of [
      ["a raw socket", "1 0", "raw"],
      ["a datagram socket where it may have one", "0 100", "icmp"],
    ]
  ) {
    Deno.test({
      ...requires(`ping.${language} takes ${kind}`, needed, namespaces),
      async fn() {
        using network = new Namespaces(1);
        const [namespace] = network.names;
        network.sysctl(0, "net.ipv4.ping_group_range", groups);
        const args = ["-i", "60", "127.0.0.1"];
        await using ping = start("ping", args, { namespace });
        await ping.out.until(/icmp_seq=1 .*\n/);
        // The kernel's tables of sockets: a title, and a line for each.
        for (const each of ["raw", "icmp"]) {
          const lines = network.run(0, "cat", `/proc/net/${each}`).trim();
          const sockets = lines.split("\n").length - 1;
          assertEquals([each, sockets], [each, each === table ? 1 : 0]);
        }
        ping.kill("SIGINT");
        const { code, out, err } = await ping.end();
        assertEquals([code, err], [0, ""]);
        assertMatch(out, /\n1 packets transmitted, 1 received, 0% packet loss/);
      },
    });
  }

  Deno.test({
    ...requires(
      `ping.${language} ends after a count`,
      needed,
      namespaces,
    ),
    async fn() {
      using network = new Namespaces(1);
      const [namespace] = network.names;
      const args = ["-c", "2", "-i", "0.01", "127.0.0.1"];
      await using ping = start("ping", args, { namespace });
      const { code, out, err } = await ping.end();
      assertEquals([code, withoutTimes(out), err], [0, answered, ""]);
    },
  });

  Deno.test({
    ...requires(
      `ping.${language} tells that nobody answers`,
      needed,
      namespaces,
    ),
    async fn() {
      using network = new Namespaces(1);
      const [namespace] = network.names;
      network.sysctl(0, "net.ipv4.icmp_echo_ignore_all", "1");
      const args = ["-c", "1", "127.0.0.1"];
      await using ping = start("ping", args, { namespace });
      const { code, out } = await ping.end();
      assertEquals([code, out.split("\n").slice(1)], [1, [
        "icmp_seq=1: no answer",
        "",
        "--- 127.0.0.1 ping statistics ---",
        "1 packets transmitted, 0 received, 100% packet loss",
        "",
      ]]);
    },
  });

  Deno.test({
    ...requires(
      `traceroute.${language} finds the routers of a chain`,
      needed,
      namespaces,
    ),
    async fn() {
      using network = chain();
      const [namespace] = network.names;
      const trace = async (...args: string[]): Promise<Ended> => {
        await using program = start("traceroute", args, { namespace });
        return await program.end();
      };
      const whole = await trace("10.99.3.2");
      assertEquals(withoutTimes(whole.out), route("30", "10.99.3.2", 3));
      assertEquals([whole.code, whole.err], [0, ""]);
      const part = await trace("-m", "2", "10.99.3.2");
      assertEquals(withoutTimes(part.out), route("2", "10.99.3.2", 2));
      // The first router swallows what goes there.
      const silent = await trace("-m", "1", "-w", "1", "10.99.9.9");
      assertEquals(
        silent.out,
        "traceroute to 10.99.9.9 (10.99.9.9), 1 hops max\n 1  *\n",
      );
    },
  });
}

Deno.test({
  ...requires(
    "icmp_monitor.ts sees hosts go down and come back, and ends at Ctrl-C with a summary",
    namespaces,
  ),
  async fn() {
    using network = new Namespaces(2);
    const [namespace] = network.names;
    network.cable([0, "here", "10.97.0.1/24"], [1, "there", "10.97.0.2/24"]);
    const args = ["-i", "0.05", "-w", "5", "10.97.0.2", "127.0.0.1"];
    await using monitor = ours("icmp_monitor", args, { namespace });
    await monitor.out.until(/^10.97.0.2 is up$/m);
    await monitor.out.until(/^127.0.0.1 is up$/m);
    network.ip(0, "link set here down"); // "Network is unreachable"
    await monitor.out.until(/^10.97.0.2 is down$/m);
    network.ip(0, "link set here up");
    await monitor.out.until(/down\n10.97.0.2 is up$/m);
    monitor.kill("SIGINT");
    const { code, out, err } = await monitor.end();
    assertEquals([code, err], [0, ""]);
    const [, answered, asked] = /^10.97.0.2: (\d+) of (\d+) answered$/m
      .exec(out)!;
    assertEquals(Number(answered) < Number(asked), true, out);
    assertMatch(out, /\n127.0.0.1: (\d+) of \1 answered\n$/);
  },
});

Deno.test({
  ...requires(
    "icmp_monitor.ts gives up a host that says nothing, by its signal",
    namespaces,
  ),
  async fn() {
    using network = new Namespaces(1);
    const [namespace] = network.names;
    network.sysctl(0, "net.ipv4.icmp_echo_ignore_all", "1");
    const args = ["-i", "60", "-w", "0.05", "127.0.0.1"];
    await using monitor = ours("icmp_monitor", args, { namespace });
    await monitor.out.until(/^127.0.0.1 is down$/m);
    monitor.kill("SIGINT"); // it waits for its next question
    const { code, out } = await monitor.end();
    assertEquals([code, out.split("\n")[1]], [0, "127.0.0.1: 0 of 1 answered"]);
  },
});

/** A sender, two routers and a receiver, one behind the other. */
function chain(): Namespaces {
  const network = new Namespaces(4);
  try {
    for (const i of [1, 2, 3]) {
      const net = `10.99.${i}`;
      network.cable([i - 1, "right", `${net}.1/24`], [
        i,
        "left",
        `${net}.2/24`,
      ]);
    }
    for (const router of [1, 2]) {
      network.sysctl(router, "net.ipv4.ip_forward", "1");
    }
    network.ip(0, "route add default via 10.99.1.2");
    network.ip(1, "route add 10.99.3.0/24 via 10.99.2.2");
    network.ip(1, "route add blackhole 10.99.9.0/24");
    network.ip(2, "route add 10.99.1.0/24 via 10.99.2.1");
    network.ip(3, "route add default via 10.99.3.1");
    return network;
  } catch (error) {
    network[Symbol.dispose]();
    throw error;
  }
}

/** What is printed of the first hops of the chain: each answers from where it was reached. */
function route(most: string, target: string, hops: number): string {
  const lines = [`traceroute to ${target} (${target}), ${most} hops max`];
  for (let i = 1; i <= hops; i++) lines.push(` ${i}  10.99.${i}.2  TIME ms`);
  return lines.join("\n") + "\n";
}
