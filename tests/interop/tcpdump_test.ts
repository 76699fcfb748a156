/** Packets that the examples build by hand, as tcpdump reads them. */

import { assert, assertEquals } from "@std/assert";
import { Namespaces, namespaces } from "../examples/namespaces.ts";
import { installed, ours, Program } from "../examples/programs.ts";
import { requires } from "../support/requires.ts";

/** Has tcpdump print a number of packets, with everything that is wrong with them. */
async function tcpdump(
  namespace: string,
  count: number,
  ...args: string[]
): Promise<Program> {
  const options = ["-l", "-n", "-v", "-Z", "root", "--immediate-mode"];
  const program = new Program(
    ["tcpdump", ...options, "-c", String(count), ...args],
    { namespace },
  );
  await program.err.until(/listening on/);
  return program;
}

Deno.test({
  ...requires(
    "tcpdump reads the request of arping.ts",
    installed("tcpdump"),
    namespaces,
  ),
  async fn() {
    using network = new Namespaces(2);
    network.cable([0, "a0", "10.66.0.1/24"], [1, "a1", "10.66.0.2/24"]);
    const [namespace, other] = network.names;
    await using dump = await tcpdump(other, 2, "-e", "-i", "a1", "arp");
    await using arping = ours("arping", ["a0", "10.66.0.2"], { namespace });
    assertEquals((await arping.end()).code, 0);
    const { out } = await dump.end();
    const [request, reply] = out.split("\n");
    assert(
      request.includes(
        " > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: " +
          "Ethernet (len 6), IPv4 (len 4), Request who-has 10.66.0.2 tell 10.66.0.1, length 28",
      ),
      out,
    );
    assert(reply.includes("Reply 10.66.0.2 is-at "), out);
  },
});

for (
  const [kind, groups] of [["raw", "1 0"], ["datagram", "0 0"]]
) {
  Deno.test({
    ...requires(
      `tcpdump finds the requests of ping.ts right, sent by a ${kind} socket`,
      installed("tcpdump"),
      namespaces,
    ),
    async fn() {
      using network = new Namespaces(1);
      const [namespace] = network.names;
      network.sysctl(0, "net.ipv4.ping_group_range", groups);
      await using dump = await tcpdump(namespace, 4, "-i", "lo", "icmp");
      const args = ["-c", "2", "-i", "0", "127.0.0.1"];
      await using ping = ours("ping", args, { namespace });
      assertEquals((await ping.end()).code, 0);
      const { out } = await dump.end();
      const kinds = out.match(/ICMP echo \w+, id \d+, seq \d, length 64.*/g)!;
      assertEquals(kinds.map((line) => line.replace(/id \d+/, "id ID")), [
        "ICMP echo request, id ID, seq 1, length 64",
        "ICMP echo reply, id ID, seq 1, length 64",
        "ICMP echo request, id ID, seq 2, length 64",
        "ICMP echo reply, id ID, seq 2, length 64",
      ]);
      assert(!/wrong|bad/.test(out), out);
    },
  });
}

Deno.test({
  ...requires(
    "tcpdump reads what udp_client.ts sends",
    installed("tcpdump"),
    namespaces,
  ),
  async fn() {
    using network = new Namespaces(1);
    const [namespace] = network.names;
    await using server = ours("udp_server", ["127.0.0.1", "9999"], {
      namespace,
    });
    await server.port();
    await using dump = await tcpdump(namespace, 2, "-A", "-i", "lo", "udp");
    const args = ["127.0.0.1", "9999", "to be seen"];
    await using client = ours("udp_client", args, { namespace });
    assertEquals((await client.end()).code, 0);
    const { out } = await dump.end();
    assert(
      /127\.0\.0\.1\.\d+ > 127\.0\.0\.1\.9999: .*length 10/.test(out),
      out,
    );
    assertEquals(out.match(/to be seen/g)?.length, 2, out);
  },
});
