/**
 * Every operation that makes descriptors, with none left, with one left, with two and so on until
 * it succeeds: before that it fails with `EMFILE` and leaves nothing open, and afterwards it works.
 *
 * It runs with few descriptors allowed: see `parts/exhaustion.ts`.
 */

import * as async from "../../../async.ts";
import * as handlers from "../../../handlers.ts";
import * as socket from "../../../mod.ts";
import * as selectors from "../../../selectors.ts";
import { openSignals } from "../../programs/async/support.ts";
import { turn } from "../../support/async.ts";
import { utf8 } from "../../support/bytes.ts";
import { beside } from "../../support/files.ts";
import { targetOf } from "../../support/descriptors.ts";

const { AF_INET, AF_UNIX, SOCK_STREAM } = socket;

/** No descriptor has this number. */
const LIMIT = 80;

/** What an operation made. */
type Made = { close(): void } | readonly { close(): void }[] | void;

openSignals();
// The sockets that operations need, and what a thread opens once.
const listener = socket.create_server(["127.0.0.1", 0]);
const address = listener.getsockname();
const awaitingListener = await async.create_server(["127.0.0.1", 0]);
const awaitingAddress = awaitingListener.getsockname();
const path = "\0" + crypto.randomUUID();
const unixListener = new socket.Socket(AF_UNIX);
unixListener.bind(path);
unixListener.listen();
const [near, far] = socket.socketpair();
const [awaitingNear, awaitingFar] = await async.socketpair();
for (const one of [near, far, awaitingNear, awaitingFar, listener]) {
  one.settimeout(20);
}
const file = beside("README.md");
const folder = Deno.makeTempDirSync();
const unixPath = `${folder}/listener`;

/** Connects to a listener, without a descriptor that stays: the client goes with the call. */
function knock(to: socket.InetAddress): socket.Socket {
  const client = new socket.Socket();
  client.connect(to);
  return client;
}

/** An operation: what happens while there are descriptors, and what happens without. */
interface Operation {
  readonly prepare?: () => Iterable<{ close(): void }>;
  readonly run: () => Made | Promise<Made>;
}

const simple = (run: Operation["run"]): Operation => ({ run });

/** Sends a descriptor, which waits in the other socket. */
function sent(from: socket.Socket | async.AsyncSocket): void {
  const message = [utf8("x")];
  const fds = [listener.fileno()];
  if (from instanceof async.AsyncSocket) {
    void async.send_fds(from, message, fds);
  } else socket.send_fds(from, message, fds);
}

/** What `recv_fds` received, to be closed. */
const descriptors = (fds: readonly number[]) =>
  fds.map((fd) => ({ close: () => socket.close(fd) }));

const operations: Record<string, Operation> = {
  "Socket": simple(() => new socket.Socket()),
  "Socket of AF_UNIX": simple(() => new socket.Socket(AF_UNIX)),
  "AsyncSocket": simple(() => new async.AsyncSocket()),
  "socketpair": simple(() => socket.socketpair()),
  "async socketpair": simple(() => async.socketpair()),
  "dup": simple(() => near.dup()),
  "async dup": simple(() => awaitingNear.dup()),
  "dup(fd)": simple(() => descriptors([socket.dup(near.fileno())])),
  "fromfd": simple(() => socket.fromfd(near.fileno(), AF_UNIX, SOCK_STREAM)),
  "async fromfd": simple(() =>
    async.fromfd(near.fileno(), AF_UNIX, SOCK_STREAM)
  ),
  "create_server": simple(() => socket.create_server(["127.0.0.1", 0])),
  "async create_server": simple(() => async.create_server(["127.0.0.1", 0])),
  "create_connection": simple(() => socket.create_connection(address)),
  "async create_connection": simple(() => async.create_connection(address)),
  "accept": {
    prepare: () => [knock(address)],
    run: () => listener.accept()[0],
  },
  "async accept": {
    prepare: () => [knock(awaitingAddress)],
    run: async () => (await awaitingListener.accept())[0],
  },
  "makefile": simple(() => near.makefile("rwb")),
  "Interrupter": simple(() => new socket.Interrupter()),
  "interruptible": simple(async () => {
    const before = count();
    socket.interruptible()[Symbol.dispose]();
    await settled(before);
  }),
  "DefaultSelector": simple(() => new selectors.DefaultSelector()),
  "EpollSelector": simple(() => new selectors.EpollSelector()),
  "PollSelector": simple(() => new selectors.PollSelector()),
  "SelectSelector": simple(() => new selectors.SelectSelector()),
  "sendfile of a path": simple(() => {
    near.sendfile(file, 0, 10);
    far.recv(10);
  }),
  "async sendfile of a path": simple(async () => {
    await awaitingNear.sendfile(file, 0, 10);
    await awaitingFar.recv(10);
  }),
  "splice": {
    prepare: () => {
      far.send(utf8("x"));
      return [];
    },
    run: () => {
      socket.splice(near, near, 1);
      far.recv(1);
    },
  },
  "async splice": {
    prepare: () => {
      far.send(utf8("x"));
      return [];
    },
    run: async () => {
      const from = async.AsyncSocket.from(near.dup());
      try {
        await async.splice(from, from, 1);
      } finally {
        from.close();
        near.setblocking(true);
        near.settimeout(20);
      }
      far.recv(1);
    },
  },
  "createListeners": simple(() => socket.createListeners(["127.0.0.1", 0])),
  "createUnixListener": simple(() => socket.createUnixListener(unixPath)),
  "serve": simple(() => handlers.serve(["127.0.0.1", 0], {})),
  "serve by a poller": simple(() =>
    handlers.serve(["127.0.0.1", 0], {}, { engine: "poller" })
  ),
  "serveDatagrams": simple(() => handlers.serveDatagrams(["127.0.0.1", 0], {})),
  "connect": simple(() => handlers.connect(address, {})),
  "getifaddrs": simple(() => void socket.getifaddrs()),
  "wait_readable": simple(async () => {
    far.send(utf8("x"));
    try {
      await async.wait_readable(near);
    } finally {
      near.recv(1);
    }
  }),
  "if_nameindex": simple(() => void socket.if_nameindex()),
  "if_nametoindex": simple(() => void socket.if_nametoindex("lo")),
  "getaddrinfo": simple(() =>
    void socket.getaddrinfo("localhost", "http", AF_INET, SOCK_STREAM)
  ),
  "async getaddrinfo": simple(async () => {
    await async.getaddrinfo("localhost", "http", AF_INET, SOCK_STREAM);
  }),
  "gethostbyname": simple(() => void socket.gethostbyname("localhost")),
  "getservbyname": simple(() => void socket.getservbyname("http")),
  "getprotobyname": simple(() => void socket.getprotobyname("tcp")),
};

/** How many descriptors are open. To list the folder would take one. */
const count = () =>
  Array.from({ length: LIMIT }, (_, fd) => targetOf(fd))
    .filter((target) => target !== undefined).length;

/** Waits until so many are open, as Deno closes those of a Worker later. Returns how many are. */
async function settled(expected: number): Promise<number> {
  for (let i = 0; i < 200 && count() !== expected; i++) await turn(10);
  return count();
}

/** Uses up all descriptors but some. */
function exhaust(left: number): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(socket.dup(near.fileno()));
  } catch (error) {
    if ((error as { code: string }).code !== "EMFILE") throw error;
  }
  for (const fd of taken.splice(0, left)) socket.close(fd);
  return taken;
}

function close(made: Made): void {
  if (!made) return;
  // A file is iterable, too.
  if ("close" in made) made.close();
  else made.forEach((one) => one.close());
}

/** Takes all that an operation needs, so that what a thread opens once is open. */
async function once({ prepare, run }: Operation): Promise<void> {
  const prepared = [...prepare?.() ?? []];
  close(await run());
  for (const one of prepared) one.close();
}

/** Tries an operation with more and more descriptors left. Returns how many it needs. */
async function needed(name: string, operation: Operation): Promise<number> {
  for (let left = 0; left < 32; left++) {
    const prepared = [...operation.prepare?.() ?? []];
    const taken = exhaust(left);
    const before = count();
    let failure: unknown;
    try {
      close(await operation.run());
    } catch (error) {
      failure = error;
    }
    const after = await settled(before);
    taken.forEach(socket.close);
    if (failure !== undefined) {
      const { code } = failure as { code?: string };
      if (code !== "EMFILE") {
        throw new Error(`${name} with ${left} left`, { cause: failure });
      }
    }
    if (after !== before) {
      throw new Error(
        `${name} with ${left} left: ${before} descriptors before, ${after} after (${failure})`,
      );
    }
    // What could not be received, sent or accepted is still there, and now it can.
    if (failure !== undefined) close(await operation.run());
    for (const one of prepared) one.close();
    if (failure === undefined) return left;
  }
  throw new Error(`${name} does not succeed with 32 descriptors left`);
}

/** A message with a descriptor, for which there is no room: it arrives cut, and nothing leaks. */
async function passed(): Promise<void> {
  for (const awaiting of [false, true]) {
    sent(awaiting ? awaitingFar : far);
    const taken = exhaust(0);
    const before = count();
    const [, fds, flags] = await (awaiting
      ? async.recv_fds(awaitingNear, 1, 1)
      : socket.recv_fds(near, 1, 1));
    const after = count();
    taken.forEach(socket.close);
    if (fds.length > 0 || !(flags & socket.MSG_CTRUNC) || after !== before) {
      throw new Error(`recv_fds: ${fds}, ${flags}, ${before} -> ${after}`);
    }
    sent(awaiting ? awaitingFar : far);
    const [, now] = await (awaiting
      ? async.recv_fds(awaitingNear, 1, 1)
      : socket.recv_fds(near, 1, 1));
    close(descriptors(now));
    if (now.length !== 1) {
      throw new Error("recv_fds does not recover");
    }
  }
}

for (const operation of Object.values(operations)) await once(operation);
const needs: Record<string, number> = {};
for (const [name, operation] of Object.entries(operations)) {
  needs[name] = await needed(name, operation);
}
await passed();
for (const operation of Object.values(operations)) await once(operation);
Deno.removeSync(folder, { recursive: true });
console.log(JSON.stringify(needs));
Deno.exit(0);
