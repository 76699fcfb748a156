// Bad input: each gets a clear error that names the argument, before any system call, leaking nothing.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { socketpair } from "../../mod.ts";
import { badCalls, type Subjects, subjects } from "./bad_input.ts";
import {
  datagramPair,
  needing,
  noPosix,
  notLinux,
  Peer,
  text,
  utf8,
} from "../support/helpers.ts";

/** Makes a call on sockets, and checks what comes of it. */
function refused(
  on: Subjects,
  [, make, expected, says]: typeof badCalls[number],
): void {
  const error = assertThrows(() => make(on));
  assertInstanceOf(error, expected);
  assert(error.message.includes(says), `${error.message} has no ${says}`);
  assert(says === "" || error.message !== "");
}

for (const [i, bad] of badCalls.entries()) {
  Deno.test(`refused (${i}): ${bad[0]}`, () => {
    {
      using open = subjects();
      refused(open, bad);
    }
    // Were a system call made first, it would find the descriptor bad.
    using closed = subjects();
    closed[Symbol.dispose]();
    refused(closed, bad);
  });
}

Deno.test({
  ...needing("nothing that is refused leaks a descriptor", notLinux),
  async fn() {
    await using child = Peer.deno("programs/refusing.ts", ["--allow-all"]);
    const [calls, leaked] = JSON.parse(await child.rest());
    assertEquals([calls, leaked], [badCalls.length, 0]);
  },
});

Deno.test("buffers of every kind are filled where they should be, or refused", () => {
  const [a, b] = datagramPair();
  using _a = a;
  using _b = b;
  const message = utf8("ABCDEFGH");
  const kinds: Record<string, () => ArrayBufferLike> = {
    plain: () => new ArrayBuffer(16),
    resizable: () => new ArrayBuffer(16, { maxByteLength: 64 }),
    shared: () => new SharedArrayBuffer(16),
    growable: () => new SharedArrayBuffer(16, { maxByteLength: 64 }),
    "of WebAssembly": () => new WebAssembly.Memory({ initial: 1 }).buffer,
  };
  for (const [kind, make] of Object.entries(kinds)) {
    // Often enough for the compiler to take over, whose calls go another way.
    for (let i = 0; i < (kind === "of WebAssembly" ? 3 : 5000); i++) {
      const buffer = make();
      const view = i % 2 === 0
        ? new Uint8Array(buffer, 4, 8)
        : new DataView(buffer, 4, 8);
      a.send(message);
      assertEquals(b.recv_into(view), 8, kind);
      const copy = new Uint8Array(16);
      copy.set(new Uint8Array(buffer, 0, 16));
      assertEquals(
        new TextDecoder().decode(copy),
        "\0\0\0\0ABCDEFGH\0\0\0\0",
        kind,
      );
      a.send(new Uint8Array(buffer, 6, 3));
      assertEquals(text(b.recv(8)), "CDE", kind);
    }
  }
});

Deno.test("a buffer that shrinks is seen at its new length", () => {
  const [a, b] = socketpair();
  using _a = a;
  using _b = b;
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const tracking = new Uint8Array(buffer);
  buffer.resize(4);
  a.send(utf8("ABCDEFGH"));
  assertEquals(b.recv_into(tracking), 4);
  assertEquals(text(tracking.slice()), "ABCD");
});

Deno.test("empty buffers are no error, and take or send an empty datagram", () => {
  const [a, b] = datagramPair();
  using _a = a;
  using _b = b;
  for (
    const empty of [
      new Uint8Array(0),
      new ArrayBuffer(0),
      new DataView(new ArrayBuffer(4), 4),
      new Uint8Array(8).subarray(8),
    ]
  ) {
    assertEquals(a.send(empty), 0);
    assertEquals(b.recv(4).length, 0);
    if (noPosix === undefined) { // elsewhere what has no room is an error
      a.send(utf8("x"));
      assertEquals(b.recv_into(empty), 0);
    }
    a.sendall(empty);
    assertEquals(b.recv(4).length, 0);
  }
});
