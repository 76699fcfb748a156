/** Nothing asked for is nothing received, at once; an empty datagram is a datagram. */

import { assertEquals, assertThrows } from "@std/assert";
import * as awaiting from "../../async.ts";
import { AF_INET, OSError, SOCK_DGRAM, Socket, socketpair } from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { isPosix, needs, requires } from "../support/requires.ts";

const empty = new Uint8Array(0);

Deno.test({
  ...requires(
    "recv(0) and recv_into() of an empty buffer return at once, in every mode",
    needs.posix,
  ),
  fn() {
    const [a, b] = socketpair();
    using _a = a, _b = b;
    for (const timeout of [null, 0, 5]) {
      a.settimeout(timeout);
      assertEquals(a.recv(0), empty);
      assertEquals(a.recv_into(empty), 0);
      using file = a.makefile("rb", 0);
      assertEquals(file.read(0), empty);
      using buffered = a.makefile("rb");
      assertEquals(buffered.read(0), empty);
    }
  },
});

Deno.test("recv(0) takes no datagram", async () => {
  using a = new Socket(AF_INET, SOCK_DGRAM);
  a.bind(["127.0.0.1", 0]);
  a.settimeout(5);
  a.sendto(utf8("datagram"), a.getsockname());
  assertEquals(a.recv(0), empty);
  assertEquals(a.recv_into(empty), 0);
  assertEquals(text(a.recv(100)), "datagram");
  // recvfrom() and recvmsg() of 0 bytes take one, as they report its address. Winsock's recvfrom()
  // takes it too, and fails, as with any datagram that does not fit.
  a.sendto(utf8("datagram"), a.getsockname());
  if (isPosix) assertEquals(a.recvfrom(0)[0], empty);
  else assertThrows(() => a.recvfrom(0), OSError, "recvfrom");
  a.sendto(utf8("datagram"), a.getsockname());
  assertEquals(a.recvmsg(0)[0], empty);

  using b = awaiting.AsyncSocket.from(a);
  const waiting = b.recv(100);
  assertEquals(await b.recv(0), empty);
  assertEquals(await b.recv_into(empty), 0);
  await b.sendto(utf8("datagram"), b.getsockname());
  assertEquals(text(await waiting), "datagram");
});
