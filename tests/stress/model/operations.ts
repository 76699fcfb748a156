/** The operations of the model: each does one thing to the sockets and says what must follow. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as async from "../../../async.ts";
import * as socket from "../../../mod.ts";
import { utf8 } from "../../support/bytes.ts";
import {
  type Any,
  End,
  isError,
  Listener,
  type Node,
  type World,
} from "./world.ts";

/** Three numbers that choose what an operation is done to, so that any sequence has a meaning. */
export type Choice = readonly [a: number, b: number, c: number];

type Operation = (world: World, choice: Choice) => unknown;

/** How many bytes may be underway, so that the system takes all at once. */
const ROOM = 40_000;
const MESSAGES = 60;

const { AF_INET, AF_UNIX, EPIPE, SHUT_RD, SHUT_RDWR, SHUT_WR } = {
  ...socket,
  EPIPE: "EPIPE",
};

const of = <T>(list: readonly T[], choice: number): T | undefined =>
  list[choice % list.length];

/** The sockets that refer to the end of a connection, or to a listener. */
const ends = (world: World): (Node & { of: End })[] =>
  world.nodes.filter(({ of }) => of instanceof End) as (Node & { of: End })[];
const listeners = (world: World): (Node & { of: Listener })[] =>
  world.nodes.filter(({ of }) => of instanceof Listener) as (Node & {
    of: Listener;
  })[];

/** Sets the time that a call has: long if it need not wait, nearly none if it cannot succeed. */
function limit(socket: Any, succeeds: boolean, choice: number): void {
  socket.settimeout(succeeds ? 20 : choice % 2 === 0 ? 0 : 0.002);
}

const wouldWait = (error: unknown): boolean =>
  error instanceof socket.BlockingIOError ||
  error instanceof socket.TimeoutError;

/** Whether a receiving or sending call may fail so, as the connection may be reset. */
const isReset = (end: End, error: unknown): boolean =>
  end.maybeReset && isError(error, "ECONNRESET", "EPIPE");

/** Checks what receiving returned. */
function received(end: End, data: Uint8Array): void {
  if (data.length > 0) end.in.came(data);
  else assert(end.isAtEnd && mayEnd(end), "the stream ended too early");
}

/** Whether the end of the stream may be seen now. */
const mayEnd = (end: End): boolean =>
  end.in.underway === 0 || end.maybeReset || end.readShut;

/** Makes a socket object of a descriptor, of either kind. */
const adopt = (fd: number, choice: number): Any =>
  choice % 2 === 0
    ? new socket.Socket<socket.Address>(null, null, null, fd)
    : new async.AsyncSocket<socket.Address>(null, null, null, fd);

/** The operations by their names. */
export const operations: Record<string, Operation> = {
  async pair(world, [a]) {
    const pair: Any[] = a % 2 === 0
      ? socket.socketpair()
      : await async.socketpair();
    const made = world.connection(false);
    pair.forEach((one, i) => world.add(one, made[i]));
  },

  listen(world, [a, b]) {
    const isTcp = b % 2 === 0;
    const made: Any = a % 2 === 0
      ? new socket.Socket<socket.Address>(isTcp ? AF_INET : AF_UNIX)
      : new async.AsyncSocket<socket.Address>(isTcp ? AF_INET : AF_UNIX);
    if (isTcp) made.bind(["127.0.0.1", 0]);
    else made.bind("\0" + crypto.randomUUID());
    made.listen(64);
    world.add(made, new Listener(made.getsockname(), isTcp));
  },

  async connect(world, [a, b]) {
    const listener = of(listeners(world), a)?.of;
    if (listener === undefined) return;
    const family = listener.isTcp ? AF_INET : AF_UNIX;
    const made: Any = b % 2 === 0
      ? new socket.Socket<socket.Address>(family)
      : new async.AsyncSocket<socket.Address>(family);
    const [client, server] = world.connection(listener.isTcp);
    // The backlog first: an acceptor that waits may be served before this goes on.
    listener.backlog.push(server);
    world.add(made, client);
    made.settimeout(20);
    await made.connect(listener.address);
  },

  async refused(world, [a, b]) {
    const address = of(world.dead, a);
    if (address === undefined) return;
    if (b % 2 === 0) {
      using made = new socket.Socket<socket.Address>(AF_UNIX);
      assertThrows(
        () => made.connect(address),
        socket.ConnectionRefusedError,
      );
    } else {
      using made = new async.AsyncSocket<socket.Address>(AF_UNIX);
      await assertRejects(
        () => made.connect(address),
        socket.ConnectionRefusedError,
      );
    }
  },

  accept(world, [a, b]) {
    const node = of(listeners(world), a);
    if (node === undefined) return;
    const { of: listener, socket: accepting } = node;
    const take = ([made]: [Any, unknown]) => {
      const end = listener.backlog.shift();
      if (end === undefined) throw new Error("accepted what nobody connected");
      world.add(made, end);
    };
    if (accepting instanceof async.AsyncSocket) {
      accepting.settimeout(null);
      return world.watch(node, (options) => accepting.accept(options), take);
    }
    const has = listener.backlog.length > 0;
    limit(accepting!, has, b);
    try {
      take(accepting!.accept());
    } catch (error) {
      if (has || !wouldWait(error)) throw error;
    }
  },

  async send(world, [a, b, c]) {
    const node = of(ends(world), a);
    if (node === undefined) return;
    const { of: end, socket: sending } = node;
    const { out, peer } = end;
    const room = out.messages < MESSAGES ? ROOM - out.underway : 0;
    const length = Math.min(room, c % 3 === 0 ? b % 10 : b % 20_000);
    if (length <= 0) return;
    const data = out.next(length);
    limit(sending!, true, 0);
    const mustFail = out.ended || peer.gone && !end.isTcp;
    const mayFail = mustFail || peer.gone || end.maybeReset || peer.readShut;
    // Nobody receives it; the system may answer with a reset.
    if (peer.gone) end.maybeReset = true;
    // So does TCP if the peer has shut down both ways.
    if (end.isTcp && peer.readShut && peer.out.ended) {
      end.maybeReset = peer.maybeReset = true;
    }
    // Before it happens: a receiver that waits may be served before this goes on.
    if (!mustFail) out.took(length);
    try {
      if (c % 2 === 0) await sending!.sendall(data);
      else assertEquals(await sending!.send(data), length);
    } catch (error) {
      if (!mayFail || !isError(error, EPIPE, "ECONNRESET")) throw error;
      if (!mustFail) out.sent -= length;
      return;
    }
    assert(!mustFail, "sent where nothing can be sent");
  },

  receive(world, [a, b, c]) {
    const node = of(ends(world), a);
    if (node === undefined) return;
    const { of: end, socket: receiving } = node;
    const length = 1 + (c % 3 === 0 ? b % 10 : b);
    if (receiving instanceof async.AsyncSocket) {
      receiving.settimeout(null);
      const buffer = new Uint8Array(length);
      return world.watch(
        node,
        (options) =>
          c % 2 === 0
            // As many turns as below, so that those who wait are told in their order.
            ? receiving.recv(length, options).then((data) => data)
            : receiving.recv_into(buffer, options).then((n) =>
              buffer.subarray(0, n)
            ),
        (data) => received(end, data),
        (error) => isReset(end, error),
      );
    }
    const ready = end.readable;
    limit(receiving!, ready, b);
    try {
      received(end, (receiving as socket.Socket).recv(length));
    } catch (error) {
      if (isReset(end, error) || !ready && wouldWait(error)) return;
      throw error;
    }
  },

  shutdown(world, [a, b]) {
    const node = of(ends(world), a);
    if (node === undefined) return;
    const { of: end, socket: one } = node;
    const how = of([SHUT_RD, SHUT_WR, SHUT_RDWR], b)!;
    const isDown = end.peer.gone || end.maybeReset ||
      end.in.ended && (end.out.ended || how !== SHUT_RD);
    try {
      one!.shutdown(how);
    } catch (error) {
      if (!isDown || !isError(error, "ENOTCONN")) throw error;
      end.maybeReset = true;
    }
    if (how !== SHUT_WR) end.readShut = true;
    if (how !== SHUT_RD) end.out.ended = true;
  },

  dup(world, [a]) {
    const node = of(world.nodes, a);
    if (node !== undefined) world.add(node.socket!.dup(), node.of);
  },

  detach(world, [a, b]) {
    const node = of(world.nodes, a);
    if (node === undefined) return;
    world.remove(node);
    const fd = node.socket!.detach();
    assertEquals(node.socket!.detach(), -1);
    node.of.references--;
    world.add(adopt(fd, b), node.of);
  },

  convert(world, [a]) {
    const blocking = world.nodes.filter(({ socket: one }) =>
      one instanceof socket.Socket
    );
    const node = of(blocking, a);
    if (node === undefined) return;
    world.remove(node);
    const made = async.AsyncSocket.from(
      node.socket as socket.Socket<socket.Address>,
    );
    node.of.references--;
    world.add(made, node.of);
    node.socket!.close(); // it has nothing left to close
  },

  close(world, [a]) {
    const node = of(world.nodes, a);
    if (node === undefined) return;
    world.remove(node);
    world.release(node.of);
    node.socket!.close();
    node.socket!.close();
  },

  async "close below a file"(world, [a]) {
    const blocking = world.nodes.filter(({ socket: one }) =>
      one instanceof socket.Socket
    );
    const node = of(blocking, a);
    if (node === undefined) return;
    const one = node.socket as socket.Socket;
    one.settimeout(null);
    const file = one.makefile("rwb");
    one.close();
    await world.check(); // the file keeps the descriptor open
    world.remove(node);
    world.release(node.of);
    file.close();
  },

  abort(world, [a]) {
    const waiting = [...world.descriptions].flatMap(({ waiting }) => waiting);
    const one = of(waiting, a);
    if (one === undefined) return;
    one.due = "aborted";
    one.abort.abort("stop");
  },

  async collect(world, [a]) {
    const node = of(world.nodes, a);
    if (node === undefined) return;
    if (node.of.waiting.some((waiting) => waiting.node === node)) return;
    world.remove(node);
    world.release(node.of);
    node.socket = undefined;
    await world.collect(node.of);
  },

  /** Sends one descriptor along a connection, and adopts what arrives. */
  async pass(world, [a, b, c]) {
    const ways = ends(world).filter(({ of: { isTcp, out, peer } }) =>
      !isTcp && !out.ended && out.underway === 0 && !peer.readShut &&
      peer.waiting.length === 0
    );
    const from = of(ways, a);
    if (from === undefined) return;
    const to = ends(world).find(({ of }) => of === from.of.peer);
    if (to === undefined || to.of.maybeReset || from.of.maybeReset) return;
    const what = of(world.nodes, b)!;
    for (const one of [from, to]) one.socket!.settimeout(20);
    const data = from.of.out.next(1);
    const fds = [what.socket!.fileno()];
    await (from.socket instanceof async.AsyncSocket
      ? async.send_fds(from.socket, [data], fds)
      : socket.send_fds(from.socket!, [data], fds));
    from.of.out.took(1);
    const [came, descriptors] =
      await (to.socket instanceof async.AsyncSocket
        ? async.recv_fds(to.socket, 1, 1)
        : socket.recv_fds(to.socket!, 1, 1));
    to.of.in.came(came);
    assertEquals(descriptors.length, 1);
    world.add(adopt(descriptors[0], c), what.of);
  },

  /** Sends more than there is room for, and lets that end in one of three ways. */
  async "send much"(world, [a, b]) {
    const sending = ends(world).filter(({ of, socket: one }) =>
      one instanceof async.AsyncSocket && !of.out.ended &&
      of.out.underway === 0 && of.peer.waiting.length === 0 &&
      !of.maybeReset && !of.peer.readShut && of.peer.references > 0
    );
    const node = of(sending, a);
    if (node === undefined) return;
    const { out, peer } = node.of;
    const way = of(["all", "abort", "close"], b)!;
    // The other end receives through a socket object of its own.
    const other = ends(world).find(({ of }) => of === peer)!;
    using reader = socket.fromfd(other.socket!.fileno(), AF_UNIX, 1);
    const length = 6_000_000;
    node.socket!.settimeout(null);
    const control = new AbortController();
    const { received: begin } = out;
    const data = out.next(length);
    const promise = (node.socket as async.AsyncSocket).sendall(data, {
      signal: control.signal,
    });
    const outcome = promise.then(() => "all", (error) => error);
    out.took(length);
    if (way === "abort") control.abort("stop");
    if (way === "close") {
      world.remove(node);
      node.socket!.close();
    }
    if (way !== "all") {
      const error = await outcome;
      assert(error === "stop" || isError(error, "EBADF"), `${way}: ${error}`);
      if (way === "close") world.release(node.of);
      out.ended = true;
      if (way === "abort") node.socket!.shutdown(SHUT_WR);
      if (node.of.references > 0 && way === "close") {
        const twin = world.nodes.find((one) => one.of === node.of)!;
        twin.socket!.shutdown(SHUT_WR);
      }
    }
    reader.settimeout(way === "all" ? 0 : 20);
    for (;;) {
      try {
        const came = reader.recv(1 << 20);
        if (came.length === 0) break;
        out.came(came);
      } catch (error) {
        if (isReset(peer, error)) break;
        if (!wouldWait(error) || way !== "all") throw error;
        if (out.underway === 0) break;
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    if (way === "all") {
      assertEquals(await outcome, "all");
      return;
    }
    assert(out.received - begin < length, "nothing was left to abort");
    out.sent = out.received;
    out.messages = 0;
  },

  /** What a closed socket must say to everything. */
  "use after close"() {
    for (const one of [new socket.Socket(), new async.AsyncSocket()]) {
      one.close();
      assertEquals(one.fileno(), -1);
      for (
        const call of [
          () => one.getsockname(),
          () => one.listen(),
          () => one.dup(),
          () => one.shutdown(SHUT_RD),
        ]
      ) {
        const error = assertThrows(call);
        assert(isError(error, "EBADF"), `${error}`);
      }
    }
    assertThrows(() => new socket.Socket().sendto(utf8("x"), ["", -1]));
  },
};
