/** The examples of UDP, broadcast and multicast. */

import { assertEquals, assertMatch } from "@std/assert";
import {
  AF_INET,
  IP_RECVTTL,
  IP_TTL,
  IPPROTO_IP,
  joinGroup,
  SOCK_DGRAM,
  Socket,
} from "../../mod.ts";
import { text } from "../support/bytes.ts";
import { isPosix, needs, requires } from "../support/requires.ts";
import { Namespaces, namespaces } from "./namespaces.ts";
import { ours, pairs, theirs, withoutPorts } from "./programs.ts";

for (const [which, one, other, needed] of pairs) {
  Deno.test({
    ...requires(`udp_server and udp_client: ${which}`, needed),
    async fn() {
      await using server = one("udp_server", ["127.0.0.1", "0"]);
      const port = await server.port();
      await using client = other("udp_client", ["127.0.0.1", port, "Grüße"]);
      assertEquals(await client.end(), {
        code: 0,
        signal: null,
        out: "sending b'Gr\\xc3\\xbc\\xc3\\x9fe'\nwaiting to receive\n" +
          "received b'Gr\\xc3\\xbc\\xc3\\x9fe'\n",
        err: "",
      });
      await server.out.until(/back to .*\n/);
      assertEquals(
        withoutPorts(server.out.text),
        "received 7 bytes from ('127.0.0.1', PORT)\n" +
          "sent 7 bytes back to ('127.0.0.1', PORT)\n",
      );
    },
  });

  Deno.test({
    ...requires(`broadcast_receiver and broadcast_sender: ${which}`, needed),
    async fn() {
      await using receiver = one("broadcast_receiver", ["0"]);
      const args = ["127.255.255.255", await receiver.port()];
      await using sender = other("broadcast_sender", args);
      const [, received] = await receiver.out.until(/^127\.0\.0\.1: (.*)\n/);
      const [, sent] = await sender.out.until(/^sent (.*)\n/);
      assertEquals(received, sent);
      assertMatch(sent, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    },
  });

  Deno.test({
    ...requires(`multicast_receiver and multicast_sender: ${which}`, needed),
    async fn() {
      const to = ["--interface", "127.0.0.1", randomGroup()];
      await using receiver = one("multicast_receiver", [...to, "0"]);
      const args = ["--ttl", "3", ...to, await receiver.port()];
      const input = "Good morning\nGrüße\n";
      await using sender = other("multicast_sender", args, { input });
      assertEquals((await sender.end()).code, 0, sender.err.text);
      await receiver.out.until(/Grüße\n/);
      assertEquals(
        receiver.out.text,
        "127.0.0.1: Good morning\n127.0.0.1: Grüße\n",
      );
    },
  });

  Deno.test({
    ...requires(
      `multicast_receiver and multicast_sender over IPv6: ${which}`,
      needed,
      namespaces,
    ),
    async fn() {
      using network = new Namespaces(2);
      network.cable([0, "m0", "fd77::1/64"], [1, "m1", "fd77::2/64"]);
      const [namespace, namespace1] = network.names;
      await using receiver = one(
        "multicast_receiver",
        ["--interface", "m0", "ff15::7:9", "0"],
        { namespace },
      );
      await using sender = other(
        "multicast_sender",
        ["--interface", "m1", "ff15::7:9", await receiver.port()],
        { namespace: namespace1, input: "Grüße\n" },
      );
      assertEquals((await sender.end()).code, 0, sender.err.text);
      await receiver.out.until(/^fd77::2: Grüße\n/);
    },
  });
}

/** Groups of the machine alone; each test has its own, as others may run at the same time. */
function randomGroup(): string {
  return `239.255.${crypto.getRandomValues(new Uint8Array(2)).join(".")}`;
}

for (
  const [name, start, needed] of [
    ["ts", ours, false],
    ["py", theirs, needs.python],
  ] as const
) {
  Deno.test({
    ...requires(
      `broadcast_sender.${name} reaches the network by default`,
      needed,
      namespaces,
    ),
    async fn() {
      using network = new Namespaces(2);
      network.cable([0, "b0", "10.77.0.1/24"], [1, "b1", "10.77.0.2/24"]);
      network.ip(1, "route add default dev b1");
      const [namespace, namespace1] = network.names;
      await using receiver = ours("broadcast_receiver", ["0"], { namespace });
      const args = ["<broadcast>", await receiver.port()];
      await using _sender = start("broadcast_sender", args, {
        namespace: namespace1,
      });
      await receiver.out.until(/^10\.77\.0\.2: /);
    },
  });

  Deno.test({
    ...requires(`multicast_sender.${name} sets the TTL`, needed),
    async fn() {
      const group = randomGroup();
      using receiver = new Socket(AF_INET, SOCK_DGRAM);
      receiver.settimeout(60);
      receiver.bind([isPosix ? group : "", 0]); // Windows binds to no group
      joinGroup(receiver, group, { interface: "127.0.0.1" });
      receiver.setsockopt(IPPROTO_IP, IP_RECVTTL, 1);
      const port = String(receiver.getsockname()[1]);
      for (const ttl of ["1", "7"]) {
        const args = ["--ttl", ttl, "--interface", "127.0.0.1", group, port];
        await using sender = start("multicast_sender", args, {
          input: "hey\n",
        });
        await sender.end();
        const [data, [[level, type, value]]] = receiver.recvmsg(100, 100);
        assertEquals(text(data), "hey");
        assertEquals([level, type, value[0]], [IPPROTO_IP, IP_TTL, +ttl]);
      }
    },
  });
}

for (const how of ["plain", "batch", "segments"]) {
  const needed = how === "segments" && needs.attribute("UDP_SEGMENT");
  Deno.test({
    ...requires(
      `udp_rate_receiver counts what udp_rate_sender sends: ${how}`,
      needed,
    ),
    async fn() {
      await using receiver = ours("udp_rate_receiver", [how, "0"]);
      const port = await receiver.port();
      const args = [how, "127.0.0.1", port, "60"]; // as many find room
      await using sender = ours("udp_rate_sender", args);
      const calls = { plain: 60, batch: 1, segments: 2 }[how];
      assertMatch(
        (await sender.end()).out,
        new RegExp(`^60 datagrams in ${calls} calls, \\d+/s, [\\d.]+ MB/s\n$`),
      );
      const { code, out, err } = await receiver.end();
      assertMatch(out, /^60 datagrams in \d+ calls, \d+\/s, [\d.]+ MB\/s\n$/);
      assertEquals(code, 0, err);
    },
  });
}
