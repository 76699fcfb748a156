/** Bytes whose properties lie: the system reads and writes only what is truly theirs. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { AsyncSocket } from "../../async.ts";
import {
  type Address,
  AF_INET,
  AF_UNIX,
  type Bytes,
  hasattr,
  inet_ntoa,
  type InetAddress,
  MessageVector,
  SO_LINGER,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
  ZeroCopySender,
} from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { liars, lying } from "../support/hostile.ts";
import {
  asyncTcpPair,
  boundUdpPair,
  type Pair,
  socketPair,
  tcpPair,
} from "../support/pairs.ts";
import { isPosix, need, needs, requires } from "../support/requires.ts";

type Maybe<T> = T | Promise<T>;
type Either = Socket<InetAddress> | AsyncSocket<InetAddress>;

/** The functions that fill a buffer; each returns how many bytes it received. */
const filling: Record<
  string,
  (socket: Either, buffer: Bytes) => Maybe<number>
> = {
  recv_into: (socket, buffer) => socket.recv_into(buffer),
  recvfrom_into: async (socket, buffer) =>
    (await socket.recvfrom_into(buffer))[0],
  recvmsg_into: async (socket, buffer) =>
    (await socket.recvmsg_into([buffer]))[0],
  recvmmsg: async (socket, buffer) => {
    const messages = new MessageVector(socket, [buffer]);
    await (socket as Socket).recvmmsg(messages);
    return messages.lengths[0];
  },
};

/** The functions that send bytes. */
const sending: Record<string, (socket: Either, data: Bytes) => unknown> = {
  send: (socket, data) => socket.send(data),
  sendall: (socket, data) => socket.sendall(data),
  sendto: (socket, data) => socket.sendto(data, socket.getpeername()),
  sendmsg: (socket, data) => socket.sendmsg([data]),
  sendmmsg: (socket, data) =>
    (socket as Socket).sendmmsg(
      new MessageVector(socket, [data]),
    ),
};

const message = utf8("ABCDEFGH");

/** A TCP connection of blocking sockets, and one of awaiting sockets. */
async function connections(): Promise<Disposable & { pairs: Pair<Either>[] }> {
  const pairs = [tcpPair(), await asyncTcpPair()];
  return {
    pairs,
    [Symbol.dispose]: () => pairs.forEach((pair) => pair[Symbol.dispose]()),
  };
}

/** Sends with the first socket of a pair, closes it, and returns all that arrives. */
async function arrival(
  { a, b }: Pair<Either>,
  send: () => unknown,
): Promise<string> {
  await send();
  a.close();
  const received = new Uint8Array(2000);
  let count = 0;
  for (let n = -1; n !== 0; count += n) {
    n = await b.recv_into(received.subarray(count));
  }
  return text(received.subarray(0, count));
}

for (const [call, fill] of Object.entries(filling)) {
  Deno.test(`${call} fills no more than bytes truly have`, async () => {
    for (const [kind, make] of Object.entries(liars)) {
      using both = await connections();
      for (const { a, b } of both.pairs) {
        await a.sendall(message);
        const buffer = make();
        assertEquals(await fill(b, buffer), 4, kind);
        assertEquals(text(trueBytes(buffer)), "ABCD", kind);
      }
    }
  });
}

for (const [call, send] of Object.entries(sending)) {
  Deno.test(`${call} sends no more than bytes truly have`, async () => {
    for (const [kind, make] of Object.entries(liars)) {
      using both = await connections();
      for (const pair of both.pairs) {
        const data = make();
        trueBytes(data).set(message.subarray(0, 4));
        assertEquals(
          await arrival(pair, () => send(pair.a, data)),
          "ABCD",
          kind,
        );
      }
    }
  });
}

Deno.test("nbytes, options and addresses take what bytes truly have", () => {
  using pair = boundUdpPair();
  const { a } = pair;
  const says = "nbytes is greater than the length of the buffer (5 > 4)";
  for (const make of Object.values(liars)) {
    assertThrows(() => a.recv_into(make(), 5), RangeError, says);
    assertThrows(() => a.recvfrom_into(make(), 5), RangeError, says);
    // Four bytes are too few for SO_LINGER, but for Winsock's: more would be what lies beyond.
    if (isPosix) {
      assertThrows(() => a.setsockopt(SOL_SOCKET, SO_LINGER, make()));
    }
    assertEquals(inet_ntoa(make()), "0.0.0.0");
  }
});

/** The bytes that the library should see, whatever the properties say. */
function trueBytes(value: Bytes): Uint8Array {
  const typed = Object.getPrototypeOf(Uint8Array.prototype);
  const prototype = value instanceof ArrayBuffer
    ? ArrayBuffer.prototype
    : value instanceof DataView
    ? DataView.prototype
    : typed;
  const field = (name: string) =>
    Object.getOwnPropertyDescriptor(prototype, name)!.get!.call(value);
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(field("buffer"), field("byteOffset"), field("byteLength"));
}

Deno.test({
  ...requires("a Unix path takes what bytes truly have", needs.posix),
  fn() {
    using socket = new Socket(AF_UNIX, SOCK_DGRAM);
    const path = lying(utf8("/no/such/folder/socket"));
    assertThrows(() => socket.bind(path), Error, "No such file");
  },
});

Deno.test("a vector is no longer than it truly is", () => {
  class Vector extends MessageVector<InetAddress> {
    override get length(): number {
      return 1000;
    }
  }
  using pair = boundUdpPair();
  const { a, b } = pair;
  const messages = new Vector(a, 2, 8);
  messages.setAddresses(b.getsockname());
  assertEquals(a.sendmmsg(messages), 2);
  const says = "end must be 0-2, not 1000";
  assertThrows(() => a.sendmmsg(messages, 0, 1000), RangeError, says);
  assertThrows(() => a.recvmmsg(messages, 0, 1000), RangeError, says);
  assertThrows(() => a.sendmmsg(messages, 3, 3), RangeError, "start must be");
});

Deno.test("a message may not be longer than its buffer, whatever the buffer says", () => {
  using pair = boundUdpPair();
  const messages = new MessageVector<InetAddress>(pair.a, 1, 8);
  messages.setAddresses(pair.b.getsockname());
  lying(messages.buffers[0]);
  messages.lengths[0] = 1000;
  assertThrows(
    () => pair.a.sendmmsg(messages),
    RangeError,
    "lengths[0] is greater than the length of its buffer (1000 > 8)",
  );
});

Deno.test("a vector takes no resizable buffer that denies it, and sees one detached", () => {
  class Denying extends ArrayBuffer {
    override get resizable(): boolean {
      return false;
    }
    override get byteLength(): number {
      return 0;
    }
  }
  using socket = new Socket(AF_INET, SOCK_DGRAM);
  const resizable = new Denying(8, { maxByteLength: 16 });
  assertThrows(
    () => new MessageVector<InetAddress>(socket, [new Uint8Array(resizable)]),
    TypeError,
    "buffers[0]: its ArrayBuffer is resizable",
  );
  const buffer = new Denying(8);
  const messages = new MessageVector<InetAddress>(socket, [buffer]);
  ArrayBuffer.prototype.transfer.call(buffer);
  assertThrows(() => socket.recvmmsg(messages), TypeError, "was detached");
});

Deno.test({
  ...requires(
    "a sender without copies sends what bytes truly have",
    needs.linux,
    need("MSG_ZEROCOPY", hasattr("MSG_ZEROCOPY")),
  ),
  fn() {
    for (const make of Object.values(liars)) {
      using pair = tcpPair();
      const sender = new ZeroCopySender(pair.a as Socket<Address>);
      sender.sendall(make());
      sender.wait();
      pair.a.close();
      assertEquals(pair.b.recv(2000).length, 4);
    }
  },
});

Deno.test("what only inherits from bytes is refused", async () => {
  using pair = tcpPair();
  using awaiting = await asyncTcpPair();
  for (
    const fake of [
      Object.create(Uint8Array.prototype),
      Object.create(DataView.prototype),
      Object.create(ArrayBuffer.prototype),
      new Proxy(new Uint8Array(4), {}),
    ]
  ) {
    assertThrows(() => pair.a.send(fake), TypeError, "data must be bytes");
    assertThrows(() => pair.a.sendall(fake), TypeError, "data must be bytes");
    assertThrows(() => pair.a.recv_into(fake), TypeError, "buffer must be");
    assertThrows(() => pair.a.sendmsg([fake]), TypeError, "buffers[0] must be");
    await assertRejects(
      () => awaiting.a.send(fake),
      TypeError,
      "data must be bytes",
    );
  }
});

Deno.test("files read into and write what bytes truly have", () => {
  for (const make of Object.values(liars)) {
    for (const buffering of [0, null]) {
      using pair = socketPair();
      pair.b.send(message);
      using reader = pair.a.makefile("rb", buffering);
      const buffer = make();
      assertEquals(reader.readinto(buffer), 4);
      assertEquals(text(trueBytes(buffer)), "ABCD");
      using writer = pair.a.makefile("wb", buffering);
      writer.write(buffer);
      writer.writelines([buffer, buffer]);
      writer.flush();
      assertEquals(text(pair.b.recv(2000)), "ABCDABCDABCD");
    }
  }
});
