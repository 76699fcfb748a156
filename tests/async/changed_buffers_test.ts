/** Buffers that are transferred, or change their size, while an operation waits with them. */

import { assertEquals, assertRejects } from "@std/assert";
import * as async from "../../async.ts";
import {
  type Address,
  AF_INET,
  hasattr,
  MessageVector,
  SCM_RIGHTS,
  SO_SNDBUF,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
} from "../../mod.ts";
import { fill, turn } from "../support/async.ts";
import { int32, text, utf8 } from "../support/bytes.ts";
import { asyncSocketPair, asyncTcpPair } from "../support/pairs.ts";
import { need, needs, requires } from "../support/requires.ts";

type AsyncSocket = async.AsyncSocket<Address>;

/** The ways in which a buffer goes away, and what the error says of each. */
const ways: Record<string, (buffer: ArrayBuffer) => unknown> = {
  "was detached": (buffer) => buffer.transfer(),
  "became too small": (buffer) => buffer.resize(4),
};

/** Bytes in a buffer that may shrink. */
function resizable(length: number): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(length, { maxByteLength: length });
  return new Uint8Array(buffer, 0, length);
}

/** Operations that wait with a buffer, and the argument that their errors name. */
const receiving: [
  string,
  (socket: AsyncSocket, buffer: Uint8Array<ArrayBuffer>) => Promise<unknown>,
][] = [
  ["buffer", (socket, buffer) => socket.recv_into(buffer)],
  ["buffer", (socket, buffer) => socket.recvfrom_into(buffer)],
  [
    "buffers[1]",
    (socket, buffer) => socket.recvmsg_into([new Uint8Array(2), buffer]),
  ],
];
const sending: typeof receiving = [
  ["data", (socket, buffer) => socket.send(buffer)],
  ["data", (socket, buffer) => socket.sendall(buffer)],
  [
    "buffers[1]",
    (socket, buffer) => socket.sendmsg([new Uint8Array(2), buffer]),
  ],
  ["buffers[0]", (socket, buffer) => async.send_fds(socket, [buffer], [])],
  ["data", (socket, buffer) => socket.writable.getWriter().write(buffer)],
];

for (const [says, remove] of Object.entries(ways)) {
  Deno.test(`receiving rejects if the buffer ${says} while it waits`, async () => {
    for (const [name, receive] of receiving) {
      using pair = await asyncTcpPair();
      const buffer = resizable(16);
      const pending = receive(pair.a, buffer);
      const rejected = assertRejects(
        () => pending,
        TypeError,
        `${name}: its ArrayBuffer ${says}`,
      );
      remove(buffer.buffer);
      await pair.b.sendall(utf8("hello"));
      await rejected;
      assertEquals(text(await pair.a.recv(10)), "hello"); // nothing was lost
    }
  });

  Deno.test({
    ...requires(
      `sending rejects if the buffer ${says} while it waits`,
      needs.unix,
    ),
    async fn() {
      for (const [name, send] of sending) {
        using pair = asyncSocketPair();
        const sent = await fill(pair.a);
        const buffer = resizable(16);
        const pending = send(pair.a as AsyncSocket, buffer);
        const rejected = assertRejects(
          () => pending,
          TypeError,
          `${name}: its ArrayBuffer ${says}`,
        );
        remove(buffer.buffer);
        let received = 0;
        while (received < sent) received += (await pair.b.recv(sent)).length;
        await rejected;
        pair.a.close();
        assertEquals((await pair.b.recv(100)).length, 0);
      }
    },
  });
}

Deno.test({
  ...requires(
    "sendall() sends what it was given if the buffer grows",
    needs.unix,
  ),
  async fn() {
    using pair = asyncSocketPair();
    const sent = await fill(pair.a);
    const buffer = new ArrayBuffer(4, { maxByteLength: 64 });
    const growing = new Uint8Array(buffer);
    const pending = pair.a.sendall(growing);
    buffer.resize(64);
    let received = 0;
    while (received < sent) {
      received += (await pair.b.recv(sent - received)).length;
    }
    await pending;
    pair.a.close();
    assertEquals((await pair.b.recv(100)).length, 4);
  },
});

Deno.test("sendall() rejects if the rest of its buffer was transferred", async () => {
  using pair = await asyncTcpPair();
  pair.a.setsockopt(SOL_SOCKET, SO_SNDBUF, 4096);
  const data = new Uint8Array(16_000_000);
  const pending = pair.a.sendall(data);
  const rejected = assertRejects(
    () => pending,
    TypeError,
    "data: its ArrayBuffer was detached",
  );
  data.buffer.transfer();
  const drained = (async () => {
    while ((await pair.b.recv(1 << 20)).length > 0);
  })();
  await rejected;
  pair.a.close();
  await drained;
});

Deno.test("a vector rejects if its buffer was transferred while it waits", async () => {
  using socket = new async.AsyncSocket(AF_INET, SOCK_DGRAM);
  socket.bind(["127.0.0.1", 0]);
  const buffer = new Uint8Array(16);
  const messages = new MessageVector(socket, [buffer]);
  const pending = socket.recvmmsg(messages);
  buffer.buffer.transfer();
  const rejected = assertRejects(() => pending, TypeError, "was detached");
  await socket.sendto(utf8("hello"), socket.getsockname());
  await rejected;
});

Deno.test({
  ...requires(
    "a sender without copies rejects if its buffer was transferred while it waits",
    needs.linux,
    need("MSG_ZEROCOPY", hasattr("MSG_ZEROCOPY")),
  ),
  async fn() {
    using pair = await asyncTcpPair();
    pair.a.setsockopt(SOL_SOCKET, SO_SNDBUF, 4096);
    const sender = new async.ZeroCopySender(pair.a as AsyncSocket);
    const data = new Uint8Array(16_000_000);
    const pending = sender.sendall(data);
    const rejected = assertRejects(
      () => pending,
      TypeError,
      "data: its ArrayBuffer was detached",
    );
    data.buffer.transfer();
    const drained = (async () => {
      while ((await pair.b.recv(1 << 20)).length > 0);
    })();
    await rejected;
    pair.a.close();
    await drained;
  },
});

Deno.test({
  ...requires(
    "sendfile() rejects if a reader takes the buffer away",
    needs.unix,
  ),
  async fn() {
    const taken: Uint8Array[] = [];
    const file = (transferAtOnce: boolean) => ({
      readSync(p: Uint8Array) {
        taken.push(p);
        if (transferAtOnce) (p.buffer as ArrayBuffer).transfer();
        return 16;
      },
      seekSync: () => 0,
    });
    using pair = asyncSocketPair();
    const says = "the buffer it read into: its ArrayBuffer was detached";
    await assertRejects(() => pair.a.sendfile(file(true)), TypeError, says);
    const sent = await fill(pair.a);
    const pending = pair.a.sendfile(file(false));
    const rejected = assertRejects(() => pending, TypeError, says);
    await turn();
    (taken.at(-1)!.buffer as ArrayBuffer).transfer();
    let received = 0;
    while (received < sent) received += (await pair.b.recv(sent)).length;
    await rejected;
  },
});

Deno.test("sendfile() rejects a reader's count that cannot be", async () => {
  using pair = await asyncTcpPair();
  for (
    const [count, error] of [[-1, RangeError], [1e6, RangeError], [
      NaN,
      TypeError,
    ]] as const
  ) {
    const file = { readSync: () => count, seekSync: () => 0 };
    await assertRejects(
      () => pair.a.sendfile(file),
      error,
      "file.readSync() must be",
    );
  }
});

/** What is sent as ancillary data: descriptors in a buffer that may shrink. */
function shrinking(fd: number): Uint8Array<ArrayBuffer> {
  const data = resizable(4);
  data.set(int32(fd));
  return data;
}

Deno.test({
  ...requires(
    "ancillary data is sent as it was when sendmsg() was called",
    needs.posix,
    needs.unix,
  ),
  async fn() {
    for (
      const change of [
        (data: Uint8Array<ArrayBuffer>) => data.buffer.resize(0),
        (data: Uint8Array<ArrayBuffer>) => data.buffer.transfer(),
        (data: Uint8Array<ArrayBuffer>) => data.fill(0),
      ]
    ) {
      using secret = new Socket();
      secret.bind(["127.0.0.1", 0]);
      using shared = new Socket();
      shared.bind(["127.0.0.1", 0]);
      using pair = asyncSocketPair();
      using other = asyncSocketPair();
      const sent = await fill(pair.a);
      const data = shrinking(shared.fileno());
      const pending = pair.a.sendmsg([utf8("x")], [
        [SOL_SOCKET, SCM_RIGHTS, data],
      ]);
      change(data);
      // The storage that all messages share holds another descriptor then.
      await async.send_fds(other.a, [utf8("x")], [secret.fileno()]);
      let received = 0;
      while (received < sent) {
        received += (await pair.b.recv(sent - received)).length;
      }
      assertEquals(await pending, 1);
      const [, fds] = await async.recv_fds(pair.b, 1, 4);
      assertEquals(fds.length, 1);
      using arrived = new Socket(null, null, null, fds[0]);
      assertEquals(arrived.getsockname(), shared.getsockname());
      const [, others] = await async.recv_fds(other.b, 1, 4);
      new Socket(null, null, null, others[0]).close();
    }
  },
});
