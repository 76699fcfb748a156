/**
 * Blocks in each call that may wait, until Ctrl-C ends it. Prints the name of the call before it,
 * and then a line of JSON: what it threw, and whether `finally` and `using` ran before that was
 * caught.
 */

import * as socket from "../../mod.ts";
import * as selectors from "../../selectors.ts";

const { AF_UNIX, MSG_WAITALL, SOCK_DGRAM, Socket } = socket;

const data = new Uint8Array(1 << 22);
const [a, b] = socket.socketpair();
const [full, unread] = socket.socketpair();
const [text, unwritten] = socket.socketpair();
const [datagrams, datagramsUnread] = socket.socketpair(AF_UNIX, SOCK_DGRAM);
for (const one of [full, datagrams]) {
  one.setblocking(false);
  try {
    for (;;) one.send(new Uint8Array(1024));
  } catch (error) {
    if (!(error instanceof socket.BlockingIOError)) throw error;
  }
  one.setblocking(true);
}
const listener = socket.create_server(["127.0.0.1", 0]);

/** A listener whose queue is full: one more connection waits. */
const crowded = socket.create_server(["127.0.0.1", 0], { backlog: 0 });
const crowd = [];
for (let waits = false; !waits;) {
  const one = new Socket();
  one.settimeout(0.2);
  try {
    one.connect(crowded.getsockname());
  } catch (error) {
    if (!(error instanceof socket.TimeoutError)) throw error;
    waits = true;
  }
  crowd.push(one);
}

function timed<T>(one: socket.Socket<socket.Address>, call: () => T): T {
  one.settimeout(600);
  try {
    return call();
  } finally {
    one.settimeout(null);
  }
}

function selecting(Selector: selectors.SelectorClass): void {
  using selector = new Selector();
  selector.register(a, selectors.EVENT_READ);
  selector.select();
}

const calls: Record<string, () => unknown> = {
  accept: () => listener.accept(),
  "accept with a timeout": () => timed(listener, () => listener.accept()),
  connect() {
    using one = new Socket();
    one.connect(crowded.getsockname());
  },
  connect_ex() {
    using one = new Socket();
    one.connect_ex(crowded.getsockname());
  },
  create_connection: () =>
    socket.create_connection(crowded.getsockname(), null),
  "create_connection with a timeout": () =>
    socket.create_connection(crowded.getsockname(), 600),
  recv: () => a.recv(1),
  "recv with a timeout": () => timed(a, () => a.recv(1)),
  "recv of MSG_WAITALL": () => a.recv(8, MSG_WAITALL),
  recv_into: () => a.recv_into(new Uint8Array(1)),
  recvfrom: () => a.recvfrom(1),
  recvfrom_into: () => a.recvfrom_into(new Uint8Array(1)),
  recvmsg: () => a.recvmsg(1, 64),
  recvmsg_into: () => a.recvmsg_into([new Uint8Array(1)]),
  recvmmsg() {
    using one = new Socket(socket.AF_INET, SOCK_DGRAM);
    one.bind(["127.0.0.1", 0]);
    one.recvmmsg(new socket.MessageVector(one, 1, 16));
  },
  send: () => full.send(data),
  sendall: () => full.sendall(data),
  "sendall with a timeout": () => timed(full, () => full.sendall(data)),
  "send of a datagram": () => datagrams.send(new Uint8Array(1024)),
  sendmsg: () => full.sendmsg([data]),
  sendmmsg: () =>
    datagrams.sendmmsg(new socket.MessageVector(datagrams, 2, 16)),
  sendfile: () => full.sendfile(new URL(import.meta.url)),
  splice: () => socket.splice(a, full),
  "a file's read"() {
    using file = text.makefile("rb");
    file.read(8);
  },
  "a file's readline"() {
    using file = text.makefile("r");
    file.readline();
  },
  "a file's lines"() {
    using file = text.makefile("r");
    for (const line of file) throw new Error(line);
  },
  "a file's write"() {
    using file = full.makefile("wb", 0);
    file.write(data);
  },
  select: () => selecting(selectors.DefaultSelector),
  "select by poll": () => selecting(selectors.PollSelector),
  "select by select": () => selecting(selectors.SelectSelector),
};

for (const [name, call] of Object.entries(calls)) {
  const ran: string[] = [];
  console.log(name);
  try {
    using _ = socket.interruptible();
    using __ = { [Symbol.dispose]: () => ran.push("using") };
    console.log("begins");
    try {
      call();
    } finally {
      ran.push("finally");
    }
    ran.push("returned");
  } catch (error) {
    ran.push(String((error as Error).name));
  }
  console.log(JSON.stringify(ran));
}

for (const one of [a, b, full, unread, text, unwritten, listener, crowded]) {
  one.close();
}
for (const one of [...crowd, datagrams, datagramsUnread]) one.close();
console.log("ends by itself");
