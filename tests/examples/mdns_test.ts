/** The example of multicast DNS: two processes in a network of their own, and bad messages. */

import { assertEquals } from "@std/assert";
import {
  decodeMessage,
  encodeMessage,
  type Message,
} from "../../examples/mdns.ts";
import { utf8 } from "../support/bytes.ts";
import { needs, requires } from "../support/requires.ts";
import { Namespaces, namespaces } from "./namespaces.ts";
import { ours } from "./programs.ts";

Deno.test({
  ...requires(
    "mdns.ts: who asks for a name gets the answer of who has it",
    namespaces,
  ),
  async fn() {
    using network = new Namespaces(2);
    network.cable([0, "eth0", "10.96.0.1/24"], [1, "eth0", "10.96.0.2/24"]);
    const [one, other] = network.names;
    const start = (name: string, address: string) =>
      ours("mdns", ["-i", "eth0", "answer", name, address], {
        namespace: other,
      });
    await using printer = start("printer.local", "10.96.0.2");
    await using second = start("Cellar.local", "10.96.0.7");
    await Promise.all([
      printer.err.until(/Answering/),
      second.err.until(/Answering/),
    ]);
    for (
      const [asked, said] of [
        ["printer.local", "printer.local is 10.96.0.2, says 10.96.0.2\n"],
        ["PRINTER.local.", "printer.local is 10.96.0.2, says 10.96.0.2\n"],
        ["cellar.local", "Cellar.local is 10.96.0.7, says 10.96.0.2\n"],
      ]
    ) {
      await using query = ours("mdns", ["-i", "eth0", "query", asked], {
        namespace: one,
      });
      const { code, out, err } = await query.end();
      assertEquals([code, out, err], [0, said, ""]);
    }
    await using nobody = ours("mdns", ["-i", "eth0", "query", "x.local"], {
      namespace: one,
    });
    const { code, err } = await nobody.end();
    assertEquals([code, err], [1, "nobody knows x.local\n"]);
    await printer.out.until(/^told 10.96.0.1$/m);
  },
});

Deno.test({
  ...requires(
    "mdns.ts answers a member of the group by multicast, and survives nonsense",
    namespaces,
    needs.python,
  ),
  async fn() {
    using network = new Namespaces(2);
    network.cable([0, "eth0", "10.96.0.1/24"], [1, "eth0", "10.96.0.2/24"]);
    const [namespace] = network.names;
    await using server = ours(
      "mdns",
      ["-i", "eth0", "answer", "printer.local", "10.96.0.1"],
      { namespace },
    );
    await server.err.until(/Answering/);
    const answer = network.run(
      1,
      "python3",
      "-c",
      `
import socket
group = ("224.0.0.251", 5353)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(group)
interface = socket.inet_aton("10.96.0.2")
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group[0]) + interface)
s.settimeout(60)
nonsense = [b"", b"\\0", b"\\0" * 12, b"\\0\\0\\0\\0\\xff\\xff" + b"\\0" * 6, b"\\0" * 5 + b"\\1" + b"\\0" * 6 + b"\\xc0\\x0c"]
for data in nonsense: s.sendto(data, group)
question = b"\\x07printer\\x05local\\0" + b"\\0\\1" + b"\\0\\1"
s.sendto(b"\\0\\0" + b"\\0\\0" + b"\\0\\1" + b"\\0" * 6 + question, group)
while True:
    data = s.recv(9000)
    if len(data) > 3 and data[2] & 0x80: break
print(data.hex())`,
    ).trim();
    const name = "077072696e746572056c6f63616c00";
    assertEquals(
      answer,
      `000084000000000100000000${name}000180010000007800040a600001`,
    );
  },
});

Deno.test("messages are decoded as they were encoded, and what is none is refused", () => {
  const message: Message = {
    id: 0x1234,
    isResponse: true,
    questions: [{ name: "a.local", type: 1, unicast: true }],
    answers: [{ name: "a.local", ttl: 70000, address: "192.0.2.7" }],
  };
  const bytes = encodeMessage(message, true);
  assertEquals(decodeMessage(bytes), message);
  for (let length = 0; length < bytes.length; length++) {
    assertEquals(decodeMessage(bytes.subarray(0, length)), undefined);
  }
  // A name that refers to an earlier one, and one that refers to itself.
  const head = [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0];
  const first = [1, 97, 5, ...utf8("local"), 0, 0, 1, 0, 1];
  const again = [1, 98, 0xc0, 14, 0, 1, 0, 1];
  const names = decodeMessage(Uint8Array.from([...head, ...first, ...again]))!
    .questions.map(({ name }) => name);
  assertEquals(names, ["a.local", "b.local"]);
  const circles = [[0xc0, 12], [1, 97, 0xc0, 12], [0xc0, 0x20]];
  for (const circle of circles) {
    const one = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    const message = Uint8Array.from([...one, ...circle, 0, 1, 0, 1]);
    assertEquals(decodeMessage(message), undefined);
  }
});
