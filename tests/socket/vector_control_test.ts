/** Ancillary data of a `MessageVector`: what messages came with is not what they carry. */

import { assert, assertEquals } from "@std/assert";
import * as awaiting from "../../async.ts";
import { table } from "../../constants/table.ts";
import {
  AF_INET,
  AF_UNIX,
  CMSG_SPACE,
  hasattr,
  IP_RECVTOS,
  IP_TOS,
  IPPROTO_IP,
  IPPROTO_UDP,
  MessageVector,
  recv_fds,
  SCM_RIGHTS,
  SO_TIMESTAMPNS,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
  UDP_GRO,
  UDP_SEGMENT,
} from "../../mod.ts";
import { int32, text, utf8 } from "../support/bytes.ts";
import { boundUdpPair, socketPair } from "../support/pairs.ts";
import { needs, requires, succeeds, unless } from "../support/requires.ts";

const { SO_TIMESTAMP } = table.constants;
const segments = unless(
  hasattr("UDP_GRO") && succeeds(() => {
      using socket = new Socket(AF_INET, SOCK_DGRAM);
      socket.setsockopt(IPPROTO_UDP, UDP_GRO, 1);
      socket.setsockopt(IPPROTO_UDP, UDP_SEGMENT, 0);
    })
    ? undefined
    : "UDP_GRO",
);

/** Sends datagrams of 4 bytes in one message, or as `size` says. */
function sendSegments(
  socket: Socket,
  message: string,
  address: awaiting.InetAddress,
  size = 4,
): void {
  const ancdata = [[IPPROTO_UDP, UDP_SEGMENT, Uint8Array.of(size, 0)]] as const;
  socket.sendmsg([utf8(message)], ancdata, 0, address);
}

/** Receives datagrams. */
const datagrams = (socket: Socket, count: number): string[] =>
  Array.from({ length: count }, () => text(socket.recv(100)));

Deno.test({
  ...requires(
    "a message that came with a timestamp goes back",
    needs.linux,
  ),
  async fn() {
    using pair = boundUdpPair(5);
    const { a, b } = pair;
    for (const option of [SO_TIMESTAMP, SO_TIMESTAMPNS]) {
      b.setsockopt(SOL_SOCKET, option, 1);
      const messages = new MessageVector(b, 4, 100, CMSG_SPACE(16));
      a.sendto(utf8("one"), b.getsockname());
      assertEquals(b.recvmmsg(messages), 1);
      assertEquals(messages.ancdata(0).length, 1);
      assertEquals(b.sendmmsg(messages, 0, 1), 1);
      assertEquals(datagrams(a, 1), ["one"]);
      assertEquals(messages.ancdata(0).length, 1, "still what it came with");
    }
    using later = new awaiting.AsyncSocket(AF_INET, SOCK_DGRAM);
    later.bind(["127.0.0.1", 0]);
    later.setsockopt(SOL_SOCKET, SO_TIMESTAMPNS, 1);
    const messages = new MessageVector(later, 4, 100, CMSG_SPACE(16));
    a.sendto(utf8("two"), later.getsockname());
    assertEquals(await later.recvmmsg(messages), 1);
    assertEquals(messages.ancdata(0).length, 1);
    assertEquals(await later.sendmmsg(messages, 0, 1), 1);
    assertEquals(datagrams(a, 1), ["two"]);
  },
});

Deno.test({
  ...requires(
    "a message that UDP_GRO merged goes back as the datagrams it was made of",
    segments,
  ),
  fn() {
    using pair = boundUdpPair(5);
    const { a, b } = pair;
    b.setsockopt(IPPROTO_UDP, UDP_GRO, 1);
    for (const timestamps of [0, 1]) {
      b.setsockopt(SOL_SOCKET, SO_TIMESTAMPNS, timestamps);
      const room = CMSG_SPACE(4) + timestamps * CMSG_SPACE(16);
      const messages = new MessageVector(b, 4, 100, room);
      sendSegments(a, "aaaabbbbcc", b.getsockname());
      a.sendto(utf8("alone"), b.getsockname());
      let count = 0;
      while (count < 2) count += b.recvmmsg(messages, count);
      assertEquals(text(messages.data(0)), "aaaabbbbcc");
      for (let i = 0; i < 2; i++) {
        assertEquals([messages.segmentSize(0), messages.segmentSize(1)], [
          4,
          5,
        ]);
        assertEquals(messages.ancdata(0).length, 1 + timestamps);
        assertEquals(b.sendmmsg(messages, 0, 2), 2);
        assertEquals(datagrams(a, 4), ["aaaa", "bbbb", "cc", "alone"]);
      }
    }
  },
});

Deno.test({
  ...requires("a merged message that is changed goes as one", segments),
  fn() {
    using pair = boundUdpPair(5);
    const { a, b } = pair;
    b.setsockopt(IPPROTO_UDP, UDP_GRO, 1);
    const messages = new MessageVector(b, 1, 100, CMSG_SPACE(4));
    const receive = (message: string) => {
      sendSegments(a, message, b.getsockname());
      assertEquals(b.recvmmsg(messages), 1);
      assertEquals(messages.segmentSize(0), 4);
    };
    receive("aaaabbbb");
    messages.lengths[0] = 7;
    b.sendmmsg(messages);
    assertEquals(datagrams(a, 1), ["aaaabbb"]);
    receive("ccccdddd");
    messages.setAncdata(0, []);
    b.sendmmsg(messages);
    assertEquals(datagrams(a, 1), ["ccccdddd"]);
    receive("eeeeffff");
    messages.setAncdata(0, [[IPPROTO_UDP, UDP_SEGMENT, Uint8Array.of(3, 0)]]);
    b.sendmmsg(messages);
    assertEquals(datagrams(a, 3), ["eee", "eff", "ff"]);
    receive("gggghhhh");
    b.sendmmsg(messages);
    assertEquals(datagrams(a, 2), ["gggg", "hhhh"], "it came after that");
  },
});

Deno.test({
  ...requires(
    "what setAncdata() set is sent each time, whatever was received",
    needs.linux,
  ),
  fn() {
    using pair = boundUdpPair(5);
    const { a, b } = pair;
    a.setsockopt(IPPROTO_IP, IP_RECVTOS, 1);
    b.setsockopt(SOL_SOCKET, SO_TIMESTAMPNS, 1);
    const messages = new MessageVector(b, 2, 100, CMSG_SPACE(16));
    messages.setAncdata(0, [[IPPROTO_IP, IP_TOS, int32(0x20)]]);
    assertEquals(messages.ancdata(0), [], "nothing was received");
    for (const word of ["one", "two"]) {
      a.sendto(utf8(word), b.getsockname());
      assertEquals(b.recvmmsg(messages), 1);
      assertEquals(messages.ancdata(0).map(([level]) => level), [SOL_SOCKET]);
      b.sendmmsg(messages, 0, 1);
      const [data, ancdata] = a.recvmsg(100, CMSG_SPACE(4));
      assertEquals(text(data), word);
      assertEquals(ancdata, [[IPPROTO_IP, IP_TOS, Uint8Array.of(0x20)]]);
    }
    messages.setAncdata(0, []);
    b.sendmmsg(messages, 0, 1);
    const [, [[, , tos]]] = a.recvmsg(100, CMSG_SPACE(4));
    assertEquals(tos, Uint8Array.of(0));
  },
});

Deno.test({
  ...requires("descriptors that were received are not sent on", needs.posix),
  fn() {
    using pair = socketPair(AF_UNIX, SOCK_DGRAM);
    const { a, b } = pair;
    const messages = new MessageVector(b, 1, 10, CMSG_SPACE(4));
    const rights = [[SOL_SOCKET, SCM_RIGHTS, int32(a.fileno())]] as const;
    a.sendmsg([utf8("x")], rights);
    assertEquals(b.recvmmsg(messages), 1);
    const [[, , data]] = messages.ancdata(0);
    using received = new Socket(AF_UNIX, SOCK_DGRAM, 0, data[0]);
    assert(received.fileno() !== a.fileno());
    assertEquals(b.sendmmsg(messages), 1);
    assertEquals(recv_fds(a as never, 10, 1)[1], []);
  },
});
