/** `MSG_` flags that change how a call waits, and flags that not every family takes. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as awaiting from "../../async.ts";
import {
  type Address,
  AF_INET,
  AF_PACKET,
  BlockingIOError,
  CMSG_SPACE,
  create_server,
  ETH_P_ALL,
  hasattr,
  htons,
  IPPROTO_TCP,
  MessageVector,
  MSG_DONTWAIT,
  MSG_FASTOPEN,
  MSG_PEEK,
  MSG_WAITALL,
  OSError,
  PACKET_AUXDATA,
  PermissionError,
  SO_LINGER,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
  socketpair,
  SOL_PACKET,
  SOL_SOCKET,
  TCP_FASTOPEN,
  TimeoutError,
} from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";

const posix = hasattr("send_fds");
const linux = hasattr("AF_PACKET");

function mayCapture(): boolean {
  if (!linux) return false;
  try {
    new Socket<Address>(AF_PACKET, SOCK_RAW).close();
    return true;
  } catch (error) {
    if (error instanceof PermissionError) return false;
    throw error;
  }
}

Deno.test({
  name: "recvmsg() and its kin receive packets, with PACKET_AUXDATA if asked" +
    (mayCapture() ? "" : " (needs CAP_NET_RAW)"),
  ignore: !mayCapture(),
  async fn() {
    using capture = new Socket<Address>(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    capture.bind(["lo", ETH_P_ALL]);
    capture.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1);
    using sender = new Socket(AF_INET, SOCK_DGRAM);
    using receiver = new Socket(AF_INET, SOCK_DGRAM);
    receiver.bind(["127.0.0.1", 0]);
    const send = () =>
      sender.sendto(new Uint8Array(10), receiver.getsockname());
    capture.settimeout(5);

    send();
    const [packet, ancdata] = capture.recvmsg(2048, CMSG_SPACE(20));
    assert(packet.length > 0);
    assertEquals(
      ancdata.map(([level, type]) => [level, type]),
      [[SOL_PACKET, PACKET_AUXDATA]],
    );
    send();
    assert(capture.recvmsg_into([new Uint8Array(2048)])[0] > 0);
    send();
    const vector = new MessageVector(capture, 2, 2048, CMSG_SPACE(20));
    assert(capture.recvmmsg(vector, 0, 1) === 1);
    assertEquals(vector.ancdata(0).length, 1);

    using watching = awaiting.AsyncSocket.from(capture);
    send();
    assert((await watching.recvmsg(2048, CMSG_SPACE(20)))[0].length > 0);
  },
});

Deno.test({
  name: "MSG_DONTWAIT: an awaiting call rejects at once and holds up no other",
  ignore: !posix,
  async fn() {
    const [a, b] = awaiting.socketpair();
    using _a = a, _b = b;
    const waiting = a.recv(10);
    const vector = new awaiting.MessageVector(a, 1, 10);
    for (
      const call of [
        () => a.recv(10, MSG_DONTWAIT),
        () => a.recv(10, BigInt(MSG_DONTWAIT) as unknown as number),
        () => a.recv_into(new Uint8Array(10), 0, MSG_DONTWAIT),
        () => a.recvfrom(10, MSG_DONTWAIT),
        () => a.recvfrom_into(new Uint8Array(10), 0, MSG_DONTWAIT),
        () => a.recvmsg(10, 0, MSG_DONTWAIT),
        () => a.recvmsg_into([new Uint8Array(10)], 0, MSG_DONTWAIT),
        () => a.recvmmsg(vector, 0, 1, MSG_DONTWAIT),
      ]
    ) await assertRejects(call, BlockingIOError);
    await b.send(utf8("hello"));
    assertEquals(text(await waiting), "hello");

    await assertRejects(async () => {
      for (;;) await a.send(new Uint8Array(0x10000), MSG_DONTWAIT);
    }, BlockingIOError);
    for (
      const call of [
        () => a.sendmsg([new Uint8Array(10)], [], MSG_DONTWAIT),
        () => a.sendall(new Uint8Array(0x100000), MSG_DONTWAIT),
      ]
    ) await assertRejects(call, BlockingIOError);
  },
});

Deno.test({
  name:
    "MSG_WAITALL: all bytes, or what came before the end, timeout or signal",
  ignore: !posix,
  async fn() {
    const [a, b] = awaiting.socketpair();
    using _a = a, _b = b;
    const { signal } = new AbortController();
    let waiting: Promise<unknown> = a.recv(10, MSG_WAITALL, { signal });
    await b.send(utf8("01234"));
    await b.send(utf8("56789+"));
    assertEquals(await waiting, utf8("0123456789"));
    assertEquals(await a.recv(10), utf8("+"));

    const buffer = new Uint8Array(4);
    waiting = a.recv_into(buffer, 0, MSG_WAITALL);
    await b.send(utf8("ab"));
    await b.send(utf8("cdef"));
    assertEquals([await waiting, text(buffer)], [4, "abcd"]);
    assertEquals(await a.recv(10), utf8("ef"));

    await b.send(utf8("peek"));
    assertEquals(await a.recv(10, MSG_WAITALL | MSG_PEEK), utf8("peek"));
    assertEquals(await a.recv(10), utf8("peek"));

    // The timeout and the signal end it with what came, and reject if nothing did.
    a.settimeout(0.02);
    await b.send(utf8("part"));
    assertEquals(await a.recv(10, MSG_WAITALL), utf8("part"));
    await assertRejects(() => a.recv(10, MSG_WAITALL), TimeoutError);
    a.settimeout(null);
    await b.send(utf8("part"));
    const aborting = new AbortController();
    waiting = a.recv(10, MSG_WAITALL, aborting);
    await b.send(utf8("s"));
    aborting.abort("enough");
    assertEquals(text(await waiting as Uint8Array).slice(0, 4), "part");
    await a.recv(10, MSG_DONTWAIT).catch(() => {});
    const none = new AbortController();
    waiting = assertRejectsWith(a.recv(10, MSG_WAITALL, none), "enough");
    none.abort("enough");
    await waiting;

    // The end of the stream.
    await a.recv(10, MSG_DONTWAIT).catch(() => {});
    await b.send(utf8("end"));
    b.shutdown(awaiting.SHUT_WR);
    assertEquals(await a.recv(10, MSG_WAITALL), utf8("end"));
    assertEquals(await a.recv(10, MSG_WAITALL), utf8(""));
  },
});

async function assertRejectsWith(
  promise: Promise<unknown>,
  reason: unknown,
): Promise<void> {
  assertEquals(await promise.then(() => "resolved", (error) => error), reason);
}

Deno.test({
  name: "MSG_WAITALL: what came before a reset is returned, and then the reset",
  ignore: !posix,
  async fn() {
    using server = await awaiting.create_server(["127.0.0.1", 0]);
    using near = await awaiting.create_connection(server.getsockname());
    const [far] = await server.accept();
    await far.send(utf8("abc"));
    const waiting = near.recv(10, MSG_WAITALL);
    await new Promise((resolve) => setTimeout(resolve));
    far.setsockopt(SOL_SOCKET, SO_LINGER, new Int32Array([1, 0]));
    far.close();
    assertEquals(await waiting, utf8("abc"));
    await assertRejects(
      () => near.recv(10),
      awaiting.ConnectionResetError,
    );
  },
});

Deno.test({
  name: "MSG_WAITALL: a blocking call with a timeout waits for all bytes, too",
  ignore: !posix,
  fn() {
    const [a, b] = socketpair();
    using _a = a, _b = b;
    a.settimeout(0.02);
    b.sendall(utf8("part"));
    assertEquals(a.recv(10, MSG_WAITALL), utf8("part"));
    assertThrows(() => a.recv(10, MSG_WAITALL), TimeoutError);
    b.sendall(utf8("0123456789+"));
    assertEquals(a.recv(10, MSG_WAITALL), utf8("0123456789"));
  },
});

/** Whether this system lets servers take data with a SYN. */
function hasFastOpen(): boolean {
  if (!linux) return false;
  try {
    return (Number(
      Deno.readTextFileSync("/proc/sys/net/ipv4/tcp_fastopen"),
    ) & 1) !== 0;
  } catch {
    return false;
  }
}

Deno.test({
  name: "MSG_FASTOPEN connects and sends" +
    (hasFastOpen() ? "" : " (needs tcp_fastopen)"),
  ignore: !hasFastOpen(),
  async fn() {
    using server = create_server(["127.0.0.1", 0]);
    server.setsockopt(IPPROTO_TCP, TCP_FASTOPEN, 5);
    server.settimeout(5);
    const address = server.getsockname();
    const received = (): string => {
      const [connection] = server.accept();
      using _ = connection;
      connection.settimeout(5);
      return text(connection.recv(100));
    };
    // Twice: the first connection gets the cookie that lets the second one send with its SYN.
    for (let round = 0; round < 2; round++) {
      for (const timeout of [null, 5]) {
        using client = new Socket();
        client.settimeout(timeout);
        assertEquals(client.sendto(utf8("hello"), MSG_FASTOPEN, address), 5);
        assertEquals(received(), "hello");
        using other = new Socket();
        other.settimeout(timeout);
        assertEquals(
          other.sendmsg([utf8("hel"), utf8("lo")], [], MSG_FASTOPEN, address),
          5,
        );
        assertEquals(received(), "hello");
      }
      using client = new awaiting.AsyncSocket();
      assertEquals(
        await client.sendto(utf8("hello"), MSG_FASTOPEN, address),
        5,
      );
      assertEquals(received(), "hello");
      using other = new awaiting.AsyncSocket();
      assertEquals(
        await other.sendmsg([utf8("hello")], [], MSG_FASTOPEN, address),
        5,
      );
      assertEquals(received(), "hello");
    }
    server.close();
    using refused = new awaiting.AsyncSocket();
    await assertRejects(
      () => refused.sendto(utf8("hello"), MSG_FASTOPEN, address),
      OSError,
    );
  },
});
