/** Sockets of datagrams that call handlers. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET6,
  AsyncSocket,
  create_server,
  type InetAddress,
  IPPROTO_IPV6,
  IPV6_DONTFRAG,
  IPV6_MTU,
  SO_SNDBUF,
  SOCK_DGRAM,
  socketpair,
  SOL_SOCKET,
  TimeoutError,
} from "../../async.ts";
import { type DatagramSocket, serveDatagrams } from "../../handlers.ts";
import { AF_INET, AF_UNIX } from "../../mod.ts";
import { Namespaces, namespaces } from "../examples/namespaces.ts";
import { text, utf8 } from "../support/bytes.ts";
import { beside } from "../support/files.ts";
import { Peer } from "../support/peer.ts";
import { needs } from "../support/requires.ts";
import { Log, onEachEngine } from "./support.ts";

const loopback: InetAddress = ["127.0.0.1", 0];

/** A bound UDP socket, which gives up after a while. */
function peer(): AsyncSocket<InetAddress> {
  const socket = new AsyncSocket(AF_INET, SOCK_DGRAM);
  socket.bind(loopback);
  socket.settimeout(60);
  return socket;
}

onEachEngine("datagrams are echoed, with their sender", async (engine) => {
  const log = new Log();
  using server = await serveDatagrams(loopback, {
    open: (socket) => log.add(`open ${socket.paused}`),
    data(socket, data, from) {
      log.add(`${from.address} ${text(data)}`);
      assert(socket.send(data, from));
      assert(socket.send(utf8(`${data.length}`), from.address));
    },
  }, { engine });
  for (const content of ["hello", "", "x".repeat(3000), "y".repeat(60_000)]) {
    using client = peer();
    await client.sendto(utf8(content), server.getsockname());
    const [echo, address] = await client.recvfrom(70_000);
    assertEquals(text(echo), content);
    assertEquals(address, server.getsockname());
    assertEquals(text(await client.recv(100)), `${content.length}`);
    assertEquals(log.lines.at(-1), `${client.getsockname()} ${content}`);
  }
  assertEquals(log.lines[0], "open false");
});

onEachEngine("many datagrams from many senders", async (engine) => {
  using server = await serveDatagrams(loopback, {
    data(socket, data, from) {
      socket.send(data, from);
    },
  }, { engine });
  const address = server.getsockname();
  const clients = Array.from({ length: 20 }, peer);
  await Promise.all(clients.map(async (client, i) => {
    for (let j = 0; j < 50; j++) {
      await client.sendto(utf8(`${i} ${j}`), address);
      assertEquals(text(await client.recv(100)), `${i} ${j}`);
    }
    client.close();
  }));
});

onEachEngine("a connected socket needs no address", async (engine) => {
  using other = peer();
  const socket = new AsyncSocket(AF_INET, SOCK_DGRAM);
  await socket.connect(other.getsockname());
  const log = new Log();
  using connected = await serveDatagrams(socket, {
    data: (_, data) => log.add(text(data)),
  }, { engine });
  assertEquals(socket.fileno(), -1);
  assert(connected.send(utf8("question")));
  const [question, from] = await other.recvfrom(100);
  assertEquals(text(question), "question");
  await other.sendto(utf8("answer"), from);
  await log.has("answer");
});

onEachEngine("IPv6 datagrams by their family", async (engine) => {
  using server = await serveDatagrams(["::1", 0], {
    data: (socket, data, from) => void socket.send(data, from.address),
  }, { family: AF_INET6, engine });
  using client = new AsyncSocket(AF_INET6, SOCK_DGRAM);
  await client.sendto(utf8("six"), server.getsockname());
  assertEquals(text(await client.recv(10)), "six");
}, needs.ipv6);

onEachEngine("Unix datagrams wait for room", async (engine) => {
  const [a, b] = socketpair(AF_UNIX, SOCK_DGRAM);
  let sent = 0;
  const send = (
    socket: DatagramSocket<undefined, string | Uint8Array>,
  ): void => {
    while (sent < 500 && socket.send(utf8(`${sent}`))) sent++;
  };
  using _sender = await serveDatagrams(a, { open: send, drain: send }, {
    engine,
  });
  for (let i = 0; i < 500; i++) assertEquals(text(await b.recv(10)), `${i}`);
  b.close();
}, needs.posix);

onEachEngine("without room, drain follows", async (engine) => {
  using sink = peer();
  const log = new Log();
  let refused = 0;
  let sent = 0;
  const datagram = new Uint8Array(20_000);
  const flood = (socket: DatagramSocket): void => {
    while (refused < 3) {
      if (socket.send(datagram, sink.getsockname())) sent++;
      else {
        refused++;
        assertEquals(socket.send(datagram, sink.getsockname()), false);
        return;
      }
      if (sent > 20_000) return;
    }
  };
  using _socket = await serveDatagrams(loopback, {
    open(socket) {
      socket.setsockopt(SOL_SOCKET, SO_SNDBUF, 2000);
      flood(socket);
    },
    drain(socket) {
      log.add("drain");
      flood(socket);
    },
  }, { engine });
  if (refused > 0) await log.has("drain");
});

onEachEngine(
  "no datagram that was taken is lost for lack of room",
  async (engine) => {
    using networks = new Namespaces(2);
    networks.cable([0, "cable", "10.9.0.1/24"], [1, "cable", "10.9.0.2/24"]);
    // What is sent waits in the socket's buffer until the test says where 10.9.0.2 is.
    networks.ip(1, "link set cable arp off");
    networks.sysctl(0, "net.ipv4.neigh.cable.mcast_solicit", "10000");
    const [here, there] = networks.names;
    const inside = ["netns", "exec"];
    const count = 60;
    await using receiver = Peer.start("ip", [
      ...inside,
      there,
      "python3",
      "-c",
      `
import socket
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("10.9.0.2", 0))
receiver.settimeout(60)
print(receiver.getsockname()[1], flush=True)
print(*(receiver.recv(2000)[0] for _ in range(${count})), flush=True)
`,
    ]);
    const port = await receiver.line();
    await using sender = Peer.start("ip", [
      ...inside,
      here,
      Deno.execPath(),
      "run",
      "--allow-all",
      beside("programs/handlers/no_room.ts"),
      engine,
      "10.9.0.2",
      port,
      String(count),
    ]);
    assertEquals(await sender.line(), "no room");
    const mac = networks.run(1, "cat", "/sys/class/net/cable/address").trim();
    networks.ip(0, `neigh replace 10.9.0.2 lladdr ${mac} dev cable`);
    assertEquals(
      await receiver.line(),
      Array.from({ length: count }, (_, i) => i).join(" "),
    );
    assertEquals(await sender.line(), "closed");
  },
  namespaces,
  needs.python,
);

onEachEngine(
  "a datagram that is too long is an error",
  async (engine) => {
    const log = new Log();
    using sink = new AsyncSocket(AF_INET6, SOCK_DGRAM);
    sink.bind(["::1", 0, 0, 0]);
    const address = sink.getsockname();
    using socket = await serveDatagrams(["::1", 0], {
      error: (_, error) => log.add((error as { code: string }).code),
    }, { family: AF_INET6, engine });
    socket.setsockopt(IPPROTO_IPV6, IPV6_DONTFRAG, 1);
    socket.setsockopt(IPPROTO_IPV6, IPV6_MTU, 1280);
    for (const length of [1300, 4000, 5000]) {
      assert(socket.send(new Uint8Array(length), address));
      await log.has("EMSGSIZE");
      log.lines.length = 0;
    }
    assert(socket.send(utf8("short"), address));
    assertEquals(text(await sink.recv(10)), "short");
  },
  needs.linux,
  needs.ipv6,
);

onEachEngine("an error of one datagram does not close", async (engine) => {
  const log = new Log();
  const [dead, closed] = [peer(), peer()].map((socket) => {
    const address = socket.getsockname();
    socket.close();
    return address;
  });
  const socket = new AsyncSocket(AF_INET, SOCK_DGRAM);
  socket.bind(loopback);
  await socket.connect(dead);
  using client = await serveDatagrams(socket, {
    error: (_, error) => log.add((error as { code: string }).code),
    close: () => log.add("close"),
  }, { engine });
  client.send(utf8("nobody"));
  await log.has("ECONNREFUSED");
  using free = await serveDatagrams(loopback, {
    error: (_, error) => log.add((error as { code: string }).code),
  }, { engine });
  for (const length of [66_000, 70_000]) {
    free.send(new Uint8Array(length), closed);
    await log.has("EMSGSIZE");
    log.lines.length = 0;
  }
  assert(!client.closed && !free.closed);
  client.close();
  await log.has("close");
  assertEquals(client.send(utf8("x")), false);
}, needs.linux);

onEachEngine("datagrams that come in a pause are kept", async (engine) => {
  const log = new Log();
  using socket = await serveDatagrams(loopback, {
    data(socket, data, from) {
      log.add(`${text(data)} ${from.address[1]}`);
      socket.send(data, from);
      if (text(data) === "pause") {
        socket.pause();
        log.add("paused");
      }
    },
  }, { engine });
  using client = peer();
  const port = client.getsockname()[1];
  await client.sendto(utf8("pause"), socket.getsockname());
  await client.sendto(utf8("one"), socket.getsockname());
  await client.sendto(utf8("two"), socket.getsockname());
  await log.has("paused");
  socket.resume();
  await log.has(`two ${port}`);
  assertEquals(log.lines, [
    `pause ${port}`,
    "paused",
    `one ${port}`,
    `two ${port}`,
  ]);
  for (const word of ["pause", "one", "two"]) {
    assertEquals(text(await client.recv(10)), word);
  }
  const taken = await socket.take();
  await client.sendto(utf8("taken"), taken.getsockname());
  assertEquals(text(await taken.recv(10)), "taken");
  using again = await serveDatagrams(taken, {
    data: (_, data) => log.add(text(data)),
  }, { engine });
  await client.sendto(utf8("again"), again.getsockname());
  await log.has("again");
});

onEachEngine("an exception closes, and so does idling", async (engine) => {
  const log = new Log();
  using socket = await serveDatagrams(loopback, {
    data() {
      throw new Error("mine");
    },
    error: (_, error) => log.add(`${error}`),
    close: (_, error) => log.add(`close ${error}`),
  }, { engine });
  using client = peer();
  await client.sendto(utf8("x"), socket.getsockname());
  await log.has("close Error: mine");
  assertEquals(log.lines, ["Error: mine", "close Error: mine"]);
  const ended = Promise.withResolvers<unknown>();
  using _idle = await serveDatagrams(loopback, {
    close: (_, error) => ended.resolve(error),
  }, { engine, idleTimeout: 0.05 });
  assert(await ended.promise instanceof TimeoutError);
});

Deno.test("bad arguments of datagrams are refused", async () => {
  using listener = await create_server(loopback);
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown): any => value;
  await assertRejects(() => serveDatagrams(listener, {}), RangeError, "SOCK");
  await assertRejects(() => serveDatagrams(any([5, 0]), {}), TypeError);
  await assertRejects(
    () => serveDatagrams(loopback, any({ data: 5 })),
    TypeError,
  );
  assert(listener.fileno() >= 0);
  using socket = await serveDatagrams(loopback, {});
  assertThrows(() => socket.send(any("text"), loopback), TypeError, "data");
  assertThrows(() => socket.send(utf8("x"), any(5)), TypeError);
  assertThrows(() => socket.send(utf8("x"), ["localhost", 5]), TypeError, "to");
  assertThrows(() => socket.send(utf8("x"), ["127.0.0.1", 70_000]), RangeError);
});
