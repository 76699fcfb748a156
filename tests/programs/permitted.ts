/**
 * Takes every way in which an address gets to the system, once with an address that is permitted
 * and once with one that is not, and prints what came of each as JSON.
 */

import * as async from "../../async.ts";
import * as socket from "../../mod.ts";
import { duplex } from "../../node.ts";

/** Addresses of one kind: `good` is permitted, `bad` is not. */
type Ends<A> = { good: A; bad: A };

/** What the test passes: where it listens, and folders for Unix sockets. */
export interface Places {
  tcp: Ends<socket.InetAddress>;
  udp: Ends<socket.InetAddress>;
  own: Ends<socket.InetAddress>;
  paths: Ends<string>;
}

/** The name of a way, what came of the permitted address, and of the other. */
export type Outcome = [name: string, good: string, bad: string];

const places: Places = JSON.parse(Deno.args[0]);
const { AF_INET, SOCK_DGRAM, SOCK_STREAM, MSG_FASTOPEN } = socket;
const data = new TextEncoder().encode("x");
const outcomes: Outcome[] = [];

async function outcome(call: () => unknown): Promise<string> {
  try {
    await call();
    return "done";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

async function way<A>(
  name: string,
  { good, bad }: Ends<A>,
  call: (address: A) => unknown,
): Promise<void> {
  outcomes.push([
    name,
    await outcome(() => call(good)),
    await outcome(() => call(bad)),
  ]);
}

// Made before permissions are enforced, which then hold for these too.
const receiver = new socket.Socket(AF_INET, SOCK_DGRAM);
receiver.bind(["127.0.0.1", 0]);
const stranger = new socket.Socket(AF_INET, SOCK_DGRAM);
stranger.sendto(data, receiver.getsockname());
const received = new socket.MessageVector(receiver, 1, 16);
receiver.recvmmsg(received);
const older = { good: new socket.Socket(), bad: new socket.Socket() };
const stored = new socket.Socket(AF_INET, SOCK_DGRAM);
const vectors = {
  good: new socket.MessageVector(stored, 1, 16),
  bad: new socket.MessageVector(stored, 1, 16),
};
vectors.good.setAddresses(places.udp.good);
vectors.bad.setAddresses(places.udp.bad);

socket.enforceNetPermissions();

for (
  const [door, { Socket }, create_connection, create_server] of [
    ["mod.ts", socket, socket.create_connection, socket.create_server],
    [
      "async.ts",
      { Socket: async.AsyncSocket },
      async.create_connection,
      async.create_server,
    ],
  ] as const
) {
  const tcp = () => new Socket(AF_INET, SOCK_STREAM);
  const udp = () => new Socket(AF_INET, SOCK_DGRAM);
  await way(`${door} bind`, places.own, (address) => {
    using s = tcp();
    s.bind(address);
  });
  await way(`${door} connect`, places.tcp, async (address) => {
    using s = tcp();
    await s.connect(address);
  });
  await way(`${door} connect with a timeout`, places.tcp, async (address) => {
    using s = tcp();
    s.settimeout(10);
    await s.connect(address);
  });
  await way(`${door} connect_ex`, places.tcp, async (address) => {
    using s = tcp();
    await s.connect_ex(address);
  });
  await way(`${door} connect, datagrams`, places.udp, async (address) => {
    using s = udp();
    await s.connect(address);
  });
  await way(`${door} create_connection`, places.tcp, async (address) => {
    using _ = await create_connection(address);
  });
  await way(`${door} create_connection by name`, {
    good: ["localhost", places.tcp.good[1]],
    bad: ["localhost", places.tcp.bad[1]],
  } as Ends<socket.InetAddress>, async (address) => {
    using _ = await create_connection(address);
  });
  await way(`${door} source_address`, places.own, async (address) => {
    using _ = await create_connection(places.tcp.good, 10, address);
  });
  await way(`${door} create_server`, places.own, async (address) => {
    using _ = await create_server(address);
  });
  await way(`${door} sendto`, places.udp, async (address) => {
    using s = udp();
    await s.sendto(data, address);
  });
  await way(`${door} sendto with flags`, places.udp, async (address) => {
    using s = udp();
    await s.sendto(data, 0, address);
  });
  await way(`${door} sendmsg`, places.udp, async (address) => {
    using s = udp();
    await s.sendmsg([data], [], 0, address);
  });
  if (socket.hasattr("MSG_FASTOPEN")) {
    await way(`${door} sendto, fast open`, places.tcp, async (address) => {
      using s = tcp();
      await s.sendto(data, MSG_FASTOPEN, address);
    });
    await way(`${door} sendmsg, fast open`, places.tcp, async (address) => {
      using s = tcp();
      await s.sendmsg([data], [], MSG_FASTOPEN, address);
    });
  }
  await way(`${door} sendmmsg`, places.udp, async (address) => {
    using s = udp();
    const messages = new socket.MessageVector(s, 1, 16);
    messages.setAddress(0, address);
    await s.sendmmsg(messages);
  });
  await way(`${door} sendmmsg, set before`, {
    good: vectors.good,
    bad: vectors.bad,
  }, async (messages) => {
    using s = udp();
    await s.sendmmsg(messages);
  });
  if (socket.hasattr("send_fds")) {
    await way(`${door} bind to a path`, places.paths, (folder) => {
      using s = new Socket(socket.AF_UNIX);
      s.bind(`${folder}/${door}.bound`);
    });
    await way(`${door} connect to a path`, places.paths, async (folder) => {
      using s = new Socket(socket.AF_UNIX);
      await s.connect(`${folder}/stream`);
    });
    await way(`${door} sendto a path`, places.paths, async (folder) => {
      using s = new Socket(socket.AF_UNIX, SOCK_DGRAM);
      await s.sendto(data, `${folder}/datagrams`);
    });
    await way(`${door} send_fds to a path`, places.paths, async (folder) => {
      using s = new Socket(socket.AF_UNIX, SOCK_DGRAM);
      const send_fds = s instanceof async.AsyncSocket
        ? async.send_fds
        : socket.send_fds;
      await send_fds(s as never, [data], [0], 0, `${folder}/datagrams`);
    });
  }
}

// What came can be sent back as it is: that is sending to an address, too.
await way(
  "sendmmsg back to the sender",
  { good: vectors.good, bad: received },
  (messages) => receiver.sendmmsg(messages),
);

await way("connect() of duplex()", places.tcp, async (address) => {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  const stream = duplex(new async.AsyncSocket(AF_INET));
  stream.on("error", resolve);
  stream.connect(address[1], address[0], () => resolve(undefined));
  const error = await promise;
  stream.destroy();
  if (error !== undefined) throw error;
});

await way(
  "connect of a socket from before",
  {
    good: [older.good, places.tcp.good],
    bad: [older.bad, places.tcp.bad],
  } as const,
  ([s, address]) => s.connect(address),
);

console.log(JSON.stringify(outcomes));
