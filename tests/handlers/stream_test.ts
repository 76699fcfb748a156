/** Streams that call handlers: what is called when, and what is left of it. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  type Address,
  AF_INET6,
  AF_UNIX,
  AsyncSocket,
  BrokenPipeError,
  ConnectionError,
  ConnectionResetError,
  create_connection,
  create_server,
  type InetAddress,
  OSError,
  SHUT_WR,
  SO_SNDBUF,
  SOCK_DGRAM,
  Socket,
  socketpair,
  SOL_SOCKET,
  TimeoutError,
} from "../../async.ts";
import {
  attach,
  connect,
  type EngineName,
  serve,
  type Server,
  type StreamHandlers,
  type StreamSocket,
} from "../../handlers.ts";
import * as blocking from "../../mod.ts";
import { receive } from "../support/async.ts";
import { text, utf8 } from "../support/bytes.ts";
import { descriptorsTo } from "../support/descriptors.ts";
import { isLinux, isPosix, needs, requires } from "../support/requires.ts";
import { fill, Log, onEachEngine } from "./support.ts";

const loopback: InetAddress = ["127.0.0.1", 0];

/** Connects an awaiting client to a server, which does not run before this returns. */
function client(server: Server): AsyncSocket<InetAddress> {
  const socket = new Socket();
  socket.connect(server.getsockname());
  return AsyncSocket.from(socket);
}

/** Handlers that note their calls. */
function noting(
  log: Log,
  more: StreamHandlers = {},
): StreamHandlers {
  const noted: StreamHandlers = {
    open: () => log.add("open"),
    data: (_, data) => log.add(`data ${text(data)}`),
    drain: () => log.add("drain"),
    close: (_, error) => log.add(`close ${error ?? ""}`.trim()),
    error: (_, error) => log.add(`error ${error}`),
  };
  for (const [name, handler] of Object.entries(more)) {
    const note = noted[name as "open"];
    noted[name as "open"] = function (this: unknown, ...args) {
      note?.call(noted, ...args);
      (handler as StreamHandlers["open"])!.call(more, ...args);
    };
  }
  return noted;
}

onEachEngine("a server echoes", async (engine) => {
  const log = new Log();
  using server = await serve(
    loopback,
    noting(log, {
      data(socket, data) {
        assertEquals(socket.write(data), data.length);
      },
    }),
    { engine },
  );
  using socket = client(server);
  await socket.sendall(utf8("one"));
  assertEquals(text(await receive(socket, 3)), "one");
  await socket.sendall(utf8("two"));
  assertEquals(text(await receive(socket, 3)), "two");
  assertEquals(server.connections, 1);
  socket.shutdown(SHUT_WR);
  assertEquals((await socket.recv(1)).length, 0);
  await log.has("close");
  assertEquals(log.lines, ["open", "data one", "data two", "close"]);
  assertEquals(server.connections, 0);
});

onEachEngine("a client calls handlers too", async (engine) => {
  const log = new Log();
  using server = await serve(loopback, {
    open(socket) {
      assertEquals(socket.write(utf8("hello")), 5);
    },
  }, { engine });
  const socket = await connect(server.getsockname(), noting(log), { engine });
  assertEquals(log.lines[0], "open");
  assertEquals(socket.getpeername(), server.getsockname());
  await log.has("data hello");
  socket.close();
  assert(socket.closed);
  assertEquals(socket.fileno(), -1);
  assert(!log.lines.includes("close"), "close() calls no handler by itself");
  await log.has("close");
  socket.close();
  assertEquals(socket.write(utf8("x")), 0);
  await server.stop();
});

onEachEngine("Unix streams work alike", async (engine) => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/socket`;
    using _server = await serve(path, {
      data(socket, data) {
        socket.write(data);
      },
    }, { engine });
    const log = new Log();
    using socket = await connect(path, {
      data: (_, data) => log.add(text(data)),
    }, { engine });
    assertEquals(socket.family, AF_UNIX);
    socket.write(utf8("hello"));
    await log.has("hello");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}, needs.posix);

onEachEngine("IPv6 by its family", async (engine) => {
  using server = await serve(["::1", 0], {
    open: (socket) => void socket.write(utf8("six")),
  }, { family: AF_INET6, engine });
  const log = new Log();
  using _socket = await connect(server.getsockname(), {
    data: (_, data) => log.add(text(data)),
  }, { family: AF_INET6, engine });
  await log.has("six");
}, needs.ipv6);

onEachEngine("each socket has its state", async (engine) => {
  const log = new Log();
  using server = await serve<{ name: string }>(loopback, {
    open(socket) {
      assertEquals(socket.data as unknown, undefined);
      socket.data = { name: `client ${socket.getpeername()[1]}` };
    },
    data: (socket) => log.add(socket.data.name),
  }, { engine });
  using a = client(server);
  using b = client(server);
  await b.sendall(utf8("x"));
  await log.has(`client ${b.getsockname()[1]}`);
  await a.sendall(utf8("x"));
  await log.has(`client ${a.getsockname()[1]}`);
});

/** Writes bytes as there is room, and ends the stream. */
class Writer {
  #at = 0;
  /** How many writes took less than they were given. */
  short = 0;
  drains = 0;
  readonly #bytes: Uint8Array;
  readonly #chunk: number;

  constructor(bytes: Uint8Array, chunk: number) {
    this.#bytes = bytes;
    this.#chunk = chunk;
  }

  write(socket: StreamSocket<Writer>): void {
    while (this.#at < this.#bytes.length) {
      const part = this.#bytes.subarray(this.#at, this.#at + this.#chunk);
      const count = socket.write(part);
      this.#at += count;
      if (count < part.length) {
        this.short++;
        assertEquals(socket.write(part), 0, "no room until drain");
        return;
      }
    }
    socket.shutdown();
  }
}

/** Bytes of which no two parts are the same. */
function pattern(length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) words[i] = i * 2654435761;
  return new Uint8Array(words.buffer, 0, length);
}

for (const chunk of [100, 1000, 5000, 100_000, 8_000_000]) {
  onEachEngine(
    `what does not fit is written after drain, ${chunk} at a time`,
    async (engine) => {
      const total = 8_000_000;
      const bytes = pattern(total);
      const writers = new Set<Writer>();
      using server = await serve<Writer>(loopback, {
        open(socket) {
          socket.setsockopt(SOL_SOCKET, SO_SNDBUF, 50_000);
          writers.add(socket.data = new Writer(bytes, chunk));
          socket.data.write(socket);
        },
        drain(socket) {
          socket.data.drains++;
          socket.data.write(socket);
        },
        end: () => {},
      }, { engine });
      using socket = client(server);
      assertEquals(await receive(socket, total), bytes);
      assertEquals((await socket.recv(1)).length, 0);
      const [{ short, drains }] = writers;
      // Winsock takes any size while there is room, so what is written at once is never cut.
      if (isPosix || chunk < total) {
        assert(short > 1, `${short} short writes`);
      }
      assertEquals(drains, short, "one drain for each short write");
    },
  );
}

onEachEngine("bytes written may change at once", async (engine) => {
  const scratch = new Uint8Array(100);
  using server = await serve(loopback, {
    data(socket, data) {
      for (const byte of data) {
        scratch.fill(byte);
        assertEquals(socket.write(scratch), 100);
      }
      scratch.fill(0);
      data.fill(0);
    },
  }, { engine });
  using socket = client(server);
  await socket.sendall(utf8("abc"));
  assertEquals(
    text(await receive(socket, 300)),
    "a".repeat(100) + "b".repeat(100) + "c".repeat(100),
  );
});

onEachEngine("writes of one handler arrive in order", async (engine) => {
  const large = pattern(100_000);
  using server = await serve(loopback, {
    data(socket, data) {
      socket.write(utf8("head"));
      socket.write(data);
      socket.write(large);
      socket.write(utf8("tail"));
      socket.write(data.subarray(1));
    },
  }, { engine });
  using socket = client(server);
  await socket.sendall(utf8("xyz"));
  assertEquals(text(await receive(socket, 7)), "headxyz");
  assertEquals(await receive(socket, 100_000), large);
  assertEquals(text(await receive(socket, 6)), "tailyz");
});

onEachEngine("a large upload arrives whole", async (engine) => {
  const bytes = pattern(4_000_000);
  const all = new Uint8Array(bytes.length);
  let at = 0;
  const log = new Log();
  using server = await serve(loopback, {
    data(_, data) {
      all.set(data, at);
      at += data.length;
    },
    close: () => log.add("close"),
  }, { engine });
  using socket = client(server);
  await socket.sendall(bytes);
  socket.shutdown(SHUT_WR);
  await log.has("close");
  assertEquals(at, bytes.length);
  assertEquals(all, bytes);
});

onEachEngine("a half-closed connection still sends", async (engine) => {
  const log = new Log();
  using server = await serve(
    loopback,
    noting(log, {
      end(socket) {
        log.add("end");
        assertEquals(socket.write(utf8("bye")), 3);
        socket.shutdown();
      },
    }),
    { engine },
  );
  using socket = client(server);
  socket.shutdown(SHUT_WR);
  assertEquals(text(await receive(socket, 3)), "bye");
  assertEquals((await socket.recv(1)).length, 0);
  await log.has("close");
  assertEquals(log.lines, ["open", "end", "close"]);
});

onEachEngine("after shutdown() it still receives", async (engine) => {
  const log = new Log();
  using server = await serve(
    loopback,
    noting(log, {
      open(socket) {
        socket.write(utf8("hi"));
        socket.shutdown();
        socket.shutdown();
        assertThrows(() => socket.write(utf8("x")), BrokenPipeError);
      },
    }),
    { engine },
  );
  using socket = client(server);
  assertEquals(text(await receive(socket, 2)), "hi");
  assertEquals((await socket.recv(1)).length, 0);
  await socket.sendall(utf8("late"));
  await log.has("data late");
  assertEquals(server.connections, 1);
  socket.close();
  await log.has("close");
});

onEachEngine("what was written before close() arrives", async (engine) => {
  using server = await serve(loopback, {
    data(socket) {
      socket.write(utf8("bye"));
      socket.close();
    },
  }, { engine });
  using socket = client(server);
  await socket.sendall(utf8("x"));
  assertEquals(text(await receive(socket, 3)), "bye");
  assertEquals((await socket.recv(1)).length, 0);
});

onEachEngine("close() delivers all that was taken", async (engine) => {
  let taken = 0;
  using server = await serve(loopback, {
    data(socket) {
      const part = new Uint8Array(1000);
      for (let count = 1000; count === 1000;) {
        taken += count = socket.write(part);
      }
      socket.close();
    },
  }, { engine });
  using socket = client(server);
  await socket.sendall(utf8("x"));
  let came = 0;
  for (;;) {
    const { length } = await socket.recv(100_000);
    if (length === 0) break;
    came += length;
  }
  assertEquals(came, taken);
});

onEachEngine(
  "a write without room waits, whatever others receive",
  async (engine) => {
    const log = new Log();
    const [full, fullPeer] = blocking.socketpair();
    const [ready, readyPeer] = blocking.socketpair();
    const filled = fill(full);
    readyPeer.send(utf8("ready"));
    const options = { engine };
    using writer = attach(
      full,
      noting(log) as StreamHandlers<undefined, Address>,
      options,
    );
    using _reader = attach(
      ready,
      noting(log) as StreamHandlers<undefined, Address>,
      options,
    );
    const taken = writer.write(utf8("last"));
    await log.has("data ready");
    using peer = AsyncSocket.from(fullPeer);
    peer.settimeout(60);
    for (let came = 0; came < filled;) {
      came += (await peer.recv(filled - came)).length;
    }
    if (taken === 0) {
      await log.has("drain");
      writer.write(utf8("last"));
    }
    assertEquals(text(await peer.recv(100)), "last");
    readyPeer.close();
  },
  needs.posix,
);

onEachEngine("reset() is seen by the peer", async (engine) => {
  using server = await serve(loopback, {
    open: (socket) => socket.reset(),
  }, { engine });
  using socket = client(server);
  await assertRejects(() => socket.recv(1), ConnectionResetError);
});

onEachEngine("a peer's reset is an error, then the end", async (engine) => {
  const log = new Log();
  using server = await serve(loopback, noting(log), { engine });
  const socket = client(server);
  await log.has("open");
  // SO_LINGER with a time of 0
  socket.setsockopt(SOL_SOCKET, 13, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]));
  socket.close();
  await log.has(
    "close ConnectionResetError: [Errno 104] Connection reset by peer: recv",
  );
  assertEquals(log.lines.length, 3);
  assert(log.lines[1].startsWith("error ConnectionResetError"));
}, needs.linux);

for (const handler of ["open", "data", "end", "drain"] as const) {
  onEachEngine(`closing in ${handler}`, async (engine) => {
    const log = new Log();
    const handlers = noting(log, {
      [handler](socket: StreamSocket) {
        log.add(`closing in ${handler}`);
        socket.close();
        socket.close();
      },
    });
    await provoke(handler, handlers, engine);
    await log.has("close");
    assertEquals(log.lines.slice(-2), [`closing in ${handler}`, "close"]);
  });

  onEachEngine(`an exception in ${handler}`, async (engine) => {
    const log = new Log();
    const handlers = noting(log, {
      [handler]() {
        log.add("throwing");
        throw new Error("mine");
      },
    });
    await provoke(handler, handlers, engine);
    await log.has("close Error: mine");
    assertEquals(log.lines.slice(-3), [
      "throwing",
      "error Error: mine",
      "close Error: mine",
    ]);
  });
}

/** Has a server's connection call a handler, and waits until the connection is over. */
async function provoke(
  handler: "open" | "data" | "end" | "drain",
  handlers: StreamHandlers,
  engine: EngineName,
): Promise<void> {
  if (handler === "drain") {
    const data = handlers.data!;
    handlers.data = (socket, bytes) => {
      data.call(handlers, socket, bytes);
      const part = new Uint8Array(100_000);
      while (socket.write(part) === part.length);
    };
  }
  const before = descriptorsTo((target) => target.startsWith("socket:")).length;
  using server = await serve(loopback, handlers, { engine });
  using socket = client(server);
  try {
    await socket.sendall(utf8("x"));
    if (handler === "end") socket.shutdown(SHUT_WR);
    while ((await socket.recv(100_000)).length > 0);
  } catch (error) {
    assertInstanceOf(error, ConnectionError);
  }
  await server.stop();
  socket.close();
  const after = descriptorsTo((target) => target.startsWith("socket:")).length;
  assert(after <= before + 2, "nothing but the waker is left");
}

onEachEngine("exceptions in close and error are reported", async (engine) => {
  const reported: unknown[] = [];
  const done = Promise.withResolvers<void>();
  const listen = (event: ErrorEvent): void => {
    event.preventDefault();
    reported.push(event.error.message);
    if (reported.length === 3) done.resolve();
  };
  addEventListener("error", listen);
  try {
    const fails = (message: string) => (): never => {
      throw new Error(message);
    };
    using server = await serve(loopback, {
      open: fails("in open"),
      close: fails("in close"),
    }, { engine });
    using other = await serve(loopback, {
      open: (socket) => socket.close(),
      close: fails("in close"),
      error: fails("in error"),
    }, { engine });
    using _a = client(server);
    using _b = client(other);
    await done.promise;
    assertEquals(reported.sort(), ["in close", "in error", "in open"]);
    await server.stop();
    await other.stop();
  } finally {
    removeEventListener("error", listen);
  }
});

onEachEngine("pause() stops receiving, resume() continues", async (engine) => {
  const log = new Log();
  let paused!: StreamSocket;
  using server = await serve(
    loopback,
    noting(log, {
      data(socket, data) {
        if (text(data) !== "stop") return;
        paused = socket;
        socket.pause();
        socket.pause();
      },
    }),
    { engine },
  );
  using socket = client(server);
  using witness = client(server);
  await socket.sendall(utf8("stop"));
  await log.has("data stop");
  assert(paused.paused);
  await socket.sendall(utf8("more"));
  for (let i = 0; i < 3; i++) {
    await witness.sendall(utf8(`${i}`));
    await log.has(`data ${i}`);
  }
  assert(!log.lines.includes("data more"), `${log.lines}`);
  paused.resume();
  paused.resume();
  await log.has("data more");
  await socket.sendall(utf8("again"));
  await log.has("data again");
  paused.pause();
  socket.close();
  await witness.sendall(utf8("w"));
  await log.has("data w");
  assert(!log.lines.includes("close"));
  paused.resume();
  await log.has("close");
});

onEachEngine("pausing and resuming in a handler", async (engine) => {
  let received = "";
  const log = new Log();
  using server = await serve(loopback, {
    open(socket) {
      socket.pause();
      queueMicrotask(() => socket.resume());
    },
    data(socket, data) {
      received += text(data);
      socket.pause();
      if (received.length % 2) socket.resume();
      else setTimeout(() => socket.resume());
    },
    close: () => log.add("close"),
  }, { engine });
  using socket = client(server);
  let sent = "";
  for (let i = 0; i < 30; i++) {
    await socket.sendall(utf8(`${i % 10}`));
    sent += i % 10;
    await new Promise((resolve) => setTimeout(resolve, i % 3));
  }
  socket.close();
  await log.has("close");
  assertEquals(received, sent);
});

onEachEngine("a paused socket closes", async (engine) => {
  const log = new Log();
  using server = await serve(
    loopback,
    noting(log, {
      open(socket) {
        socket.pause();
        setTimeout(() => socket.close());
      },
    }),
    { engine },
  );
  using socket = client(server);
  assertEquals((await socket.recv(1)).length, 0);
  await log.has("close");
});

onEachEngine(
  "an idle connection closes, a busy one does not",
  async (engine) => {
    const log = new Log();
    using server = await serve(loopback, {
      data: (socket, data) => void socket.write(data),
      close: (socket, error) => log.add(`${socket.data} ${error}`),
      open: (socket) => socket.data = socket.getpeername()[1] as never,
      error: (_, error) => assertInstanceOf(error, TimeoutError),
    }, { engine, idleTimeout: 0.2 });
    using idle = client(server);
    using busy = client(server);
    const ended = idle.recv(1);
    let over = false;
    ended.then(() => over = true);
    while (!over) {
      await busy.sendall(utf8("x"));
      await busy.recv(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals((await ended).length, 0);
    assertEquals(log.lines, [
      `${idle.getsockname()[1]} TimeoutError: timed out`,
    ]);
    await busy.sendall(utf8("x"));
    assertEquals(text(await busy.recv(1)), "x");
  },
);

onEachEngine("stop() lets connections end", async (engine) => {
  const log = new Log();
  const server = await serve(
    // At the usual address, another test may get the port once the listener is closed.
    [isLinux ? "127.11.12.13" : "127.0.0.1", 0],
    noting(log, {
      data: (socket, data) => void socket.write(data),
    }),
    { engine },
  );
  const address = server.getsockname();
  using socket = client(server);
  await log.has("open");
  let stopped = false;
  const stopping = server.stop().then(() => stopped = true);
  assert(server.closed);
  await assertRejects(() => create_connection(address), OSError);
  await socket.sendall(utf8("still"));
  assertEquals(text(await receive(socket, 5)), "still");
  assert(!stopped);
  socket.close();
  await stopping;
  assertEquals(server.connections, 0);
});

onEachEngine("stop() resets what is left after its timeout", async (engine) => {
  const log = new Log();
  const server = await serve(loopback, noting(log), { engine });
  using socket = client(server);
  await log.has("open");
  await server.stop({ timeout: 0.01 });
  await assertRejects(() => socket.recv(1), ConnectionResetError);
});

onEachEngine("close() closes the connections too", async (engine) => {
  const log = new Log();
  {
    await using server = await serve(loopback, noting(log), { engine });
    using socket = client(server);
    await log.has("open");
    server.close();
    assertEquals((await socket.recv(1)).length, 0);
  }
  assertEquals(log.lines, ["open", "close"]);
});

onEachEngine("a server pauses and resumes", async (engine) => {
  const log = new Log();
  using server = await serve(loopback, noting(log), { engine });
  using other = await serve(
    loopback,
    noting(log, {
      open: () => log.add("other"),
    }),
    { engine },
  );
  server.pause();
  using _a = client(server);
  using _b = client(other);
  await log.has("other");
  assertEquals(server.connections, 0);
  server.resume();
  while (server.connections === 0) await new Promise((r) => setTimeout(r, 1));
});

onEachEngine("a socket is taken, and given back", async (engine) => {
  const log = new Log();
  const taken = Promise.withResolvers<AsyncSocket>();
  const handlers = noting(log, {
    data(socket, data) {
      if (text(data) === "take") taken.resolve(socket.take());
      else socket.write(data);
    },
  });
  using server = await serve(loopback, handlers, { engine });
  using socket = client(server);
  await socket.sendall(utf8("take"));
  const awaiting = await taken.promise;
  assertEquals(server.connections, 0);
  assertEquals(awaiting.timeout, null);
  await awaiting.sendall(utf8("awaited"));
  assertEquals(text(await receive(socket, 7)), "awaited");
  const receiving = awaiting.recv(10);
  await socket.sendall(utf8("question"));
  assertEquals(text(await receiving), "question");
  using again = attach(awaiting, handlers, { engine });
  assertEquals(awaiting.fileno(), -1);
  await socket.sendall(utf8("echo"));
  assertEquals(text(await receive(socket, 4)), "echo");
  socket.close();
  await log.has("close");
  assert(again.closed);
  assertEquals(log.lines.filter((line) => line === "close").length, 1);
  await assertRejects(() => again.take(), OSError, "take");
});

onEachEngine(
  "blocking sockets and listeners are taken over",
  async (engine) => {
    const listener = new Socket();
    listener.bind(loopback);
    listener.listen();
    using server = await serve(listener, {
      data: (socket, data) => void socket.write(data),
    }, { engine });
    assertEquals(listener.fileno(), -1);
    using socket = client(server);
    await socket.sendall(utf8("x"));
    assertEquals(text(await receive(socket, 1)), "x");
  },
);

onEachEngine("nothing is left of 200 connections at once", async (engine) => {
  const count = (): number =>
    descriptorsTo((t) => t.startsWith("socket:")).length;
  {
    // The reactor's waker, and what an engine keeps.
    using server = await serve(loopback, {
      data: (socket, data) => void socket.write(data),
    }, { engine });
    using socket = client(server);
    await socket.sendall(utf8("x"));
    await socket.recv(1);
    server.close();
    await server.finished;
  }
  const before = count();
  const server = await serve(loopback, {
    data: (socket, data) => void socket.write(data),
  }, { engine, backlog: 256 });
  const clients = Array.from({ length: 200 }, () => client(server));
  await Promise.all(clients.map(async (socket, i) => {
    await socket.sendall(utf8(`hello ${i}`));
    assertEquals(
      text(await receive(socket, `hello ${i}`.length)),
      `hello ${i}`,
    );
    socket.close();
  }));
  await server.stop();
  assertEquals(count(), before);
});

onEachEngine("a timer runs during a flood", async (engine) => {
  const [a, b] = socketpair();
  const chunk = new Uint8Array(65536);
  const flood = (
    socket: StreamSocket<undefined, string | Uint8Array>,
  ): void => {
    while (socket.write(chunk) === chunk.length);
  };
  using receiver = attach(a, {}, { engine });
  using sender = attach(b, { open: flood, drain: flood }, { engine });
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert(performance.now() - began < 1000);
  }
  assert(!receiver.closed && !sender.closed);
});

Deno.test({
  ...requires("a descriptor closed by other means (poller)", needs.linux),
  async fn() {
    const engine = "poller";
    const log = new Log();
    const [a, b] = socketpair();
    using socket = attach(a, {
      close: (_, error) => log.add(`${error}`),
    }, { engine });
    // Another object owns the descriptor too, and closes it.
    new AsyncSocket(null, null, null, socket.fileno()).close();
    using _other = new Socket(); // gets its number
    b.close();
    await log.has("OSError: [Errno 9] Bad file descriptor: recv");
  },
});

Deno.test("bad arguments are refused, and nothing is taken", async () => {
  using listener = await create_server(loopback);
  using udp = new AsyncSocket(undefined, SOCK_DGRAM);
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown): any => value;
  for (
    const [call, error, message] of [
      [() => serve(listener, any(null)), TypeError, "handlers"],
      [() => serve(listener, any({ data: 1 })), TypeError, "handlers.data"],
      [() => serve(listener, {}, any(1)), TypeError, "options"],
      [
        () => serve(listener, {}, { idleTimeout: 0 }),
        RangeError,
        "idleTimeout",
      ],
      [() => serve(listener, {}, { engine: any("x") }), TypeError, "engine"],
      [() => serve(listener, {}, { engine: any(1n) }), TypeError, "engine"],
      [() => connect(any(["127.0.0.1"]), {}), TypeError, "address"],
      [
        () => connect(loopback, {}, { idleTimeout: any("1") }),
        TypeError,
        "timeout",
      ],
      // deno-lint-ignore require-await
      [async () => attach(any({}), {}), TypeError, "socket"],
      // deno-lint-ignore require-await
      [async () => attach(udp, {}), RangeError, "SOCK_STREAM"],
    ] as const
  ) {
    await assertRejects(call, error as typeof Error, message);
  }
  assert(listener.fileno() >= 0);
  assert(udp.fileno() >= 0);
  using server = await serve(listener, {});
  using socket = await connect(server.getsockname(), {});
  assertThrows(() => socket.write(any("text")), TypeError, "data");
  assertThrows(() => socket.setIdleTimeout(0), RangeError, "idleTimeout");
});

onEachEngine("servers and sockets show what they are", async (engine) => {
  const { promise, resolve } = Promise.withResolvers<StreamSocket>();
  await using server = await serve(loopback, { open: resolve }, { engine });
  using _client = client(server);
  using socket = await promise;
  const [, port] = server.getsockname();
  const listener = `<Server fd=${server.fileno()}, family=AF_INET, ` +
    `type=SOCK_STREAM, proto=0, laddr=["127.0.0.1",${port}]>`;
  const connection = `<StreamSocket fd=${socket.fileno()}, family=AF_INET, ` +
    "type=SOCK_STREAM, proto=0>";
  assertEquals([`${server}`, Deno.inspect(server)], [listener, listener]);
  assertEquals([`${socket}`, Deno.inspect(socket)], [connection, connection]);
});
