/** What must leave no descriptor and no memory behind. Prints "clean", or what is left. */

import { AsyncSocket, create_connection, Socket } from "../../../async.ts";
import {
  attach,
  connect,
  type EngineName,
  serve,
  type StreamSocket,
} from "../../../handlers.ts";
import { descriptorsTo } from "../../support/descriptors.ts";

declare const gc: () => void;

const [way, engine] = Deno.args as [string, EngineName];
const turn = (ms = 0): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
/** The inodes of the sockets that are open. */
function inodes(): Set<string> {
  const found = new Set<string>();
  descriptorsTo((target) => {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) found.add(inode);
    return false;
  });
  return found;
}

/**
 * How many sockets are open, without Unix ones: the runtime opens and closes some at any time, also
 * while this looks.
 */
function sockets(): number {
  const before = inodes();
  const unix = Deno.readTextFileSync("/proc/net/unix");
  const after = inodes();
  return [...before].filter((inode) =>
    after.has(inode) && !unix.includes(` ${inode}`)
  ).length;
}

const echo = {
  data: (socket: StreamSocket, data: Uint8Array): void =>
    void socket.write(data),
};
const bytes = new Uint8Array(64);

/** An echo through a client that awaits. */
async function once(address: [string, number]): Promise<void> {
  using client = await create_connection(address);
  await client.sendall(bytes);
  await client.recv(64);
}

async function warm(): Promise<void> {
  const server = await serve(["127.0.0.1", 0], echo, { engine });
  await once(server.getsockname());
  await turn(50); // so that the reactor opens its waker
  await server.stop();
}

const ways: Record<string, () => Promise<void>> = {
  async "collected while receiving"() {
    const server = await serve(["127.0.0.1", 0], echo, { engine });
    const clients: AsyncSocket[] = [];
    for (let i = 0; i < 50; i++) {
      const client = new Socket();
      client.connect(server.getsockname());
      clients.push(AsyncSocket.from(client));
    }
    for (let round = 0; round < 20; round++) {
      await Promise.all(clients.map(async (client) => {
        await client.sendall(new Uint8Array(1000 + round).fill(round));
        let came = 0;
        while (came < 1000 + round) {
          const data = await client.recv(5000);
          if (data.some((byte) => byte !== round)) throw new Error("wrong");
          came += data.length;
        }
      }));
      new Uint8Array(10_000_000);
      gc();
    }
    for (const client of clients) client.close();
    await server.stop();
  },
  async "forgotten while paused"() {
    const server = await serve(["127.0.0.1", 0], {}, { engine });
    // In a function of its own, whose frame holds none of them in the end.
    await (async () => {
      for (let i = 0; i < 20; i++) {
        (await connect(server.getsockname(), {}, { engine })).pause();
      }
    })();
    server.close();
    for (let i = 0; i < 100 && server.connections > 0; i++) await turn(5);
    for (let i = 0; i < 20; i++) {
      gc();
      await turn(5);
    }
  },
  async "closed in the middle"() {
    const server = await serve(["127.0.0.1", 0], {
      data(socket: StreamSocket) {
        socket.write(new Uint8Array(100_000));
        socket.write(bytes);
        socket.reset();
      },
    }, { engine });
    for (let i = 0; i < 200; i++) {
      const client = await connect(server.getsockname(), {
        open: (socket) => void socket.write(bytes),
        data: (socket) => socket.close(),
      }, { engine });
      if (i % 3 === 0) client.close();
      if (i % 7 === 0) await turn();
    }
    await server.stop({ timeout: 1 });
  },
  async "taken and given back"() {
    const server = await serve(["127.0.0.1", 0], {
      async data(socket: StreamSocket, data) {
        const copy = data.slice();
        const taken = await socket.take();
        await taken.sendall(copy);
        attach(taken, echo, { engine });
      },
    }, { engine });
    for (let i = 0; i < 50; i++) {
      using client = await create_connection(server.getsockname());
      for (let j = 0; j < 3; j++) {
        await client.sendall(bytes);
        await client.recv(64);
      }
    }
    await server.stop();
  },
  async EMFILE() {
    const errors = new Set<string>();
    const server = await serve(["127.0.0.1", 0], echo, {
      engine,
      onError: (error) => errors.add((error as { code: string }).code),
    });
    const held: Deno.FsFile[] = [];
    const clients: Socket[] = [];
    for (let i = 0; i < 5; i++) clients.push(new Socket());
    try {
      for (;;) held.push(Deno.openSync("/dev/null"));
    } catch {
      // None is left.
    }
    for (const client of clients) client.connect(server.getsockname());
    while (!errors.has("EMFILE")) await turn(1);
    for (const file of held) file.close();
    while (server.connections < 5) await turn(1);
    for (const blocking of clients) {
      using client = AsyncSocket.from(blocking);
      await client.sendall(bytes);
      if ((await client.recv(64)).length === 0) throw new Error("closed");
    }
    await server.stop();
    if (errors.size !== 1) throw new Error([...errors].join());
  },
};

await warm();
const before = sockets();
await ways[way]();
// A client sees that its server is gone a little later.
for (let i = 0; i < 1000 && sockets() > before; i++) await turn(5);
const after = sockets();
console.log(after === before ? "clean" : `${before} before, ${after} after`);
