/**
 * Bad input is refused before any system call, by an error that names the argument; nothing leaks.
 */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { badCalls, type Subjects, subjects } from "./bad_input.ts";
import { text, utf8 } from "../support/bytes.ts";
import { needs, requires } from "../support/requires.ts";
import { socketPair, udpPair } from "../support/pairs.ts";
import { Peer } from "../support/peer.ts";

/** Makes a call on sockets, and checks its error. */
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
    // A system call made first would fail with a bad descriptor.
    using closed = subjects();
    closed[Symbol.dispose]();
    refused(closed, bad);
  });
}

Deno.test({
  ...requires("nothing that is refused leaks a descriptor", needs.linux),
  async fn() {
    await using child = Peer.deno("programs/refusing.ts", ["--allow-all"]);
    const [calls, leaked] = JSON.parse(await child.rest());
    assertEquals([calls, leaked], [badCalls.length, 0]);
  },
});

Deno.test("buffers of every kind are filled where they should be, or refused", () => {
  using pair = udpPair();
  const { a, b } = pair;
  const message = utf8("ABCDEFGH");
  const kinds: Record<string, () => ArrayBufferLike> = {
    plain: () => new ArrayBuffer(16),
    resizable: () => new ArrayBuffer(16, { maxByteLength: 64 }),
    shared: () => new SharedArrayBuffer(16),
    growable: () => new SharedArrayBuffer(16, { maxByteLength: 64 }),
    "of WebAssembly": () => new WebAssembly.Memory({ initial: 1 }).buffer,
  };
  for (const [kind, make] of Object.entries(kinds)) {
    // Often enough for the compiler to optimize it, as its FFI calls take another path.
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
        text(copy),
        "\0\0\0\0ABCDEFGH\0\0\0\0",
        kind,
      );
      a.send(new Uint8Array(buffer, 6, 3));
      assertEquals(text(b.recv(8)), "CDE", kind);
    }
  }
});

Deno.test("a buffer that shrinks is seen at its new length", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const tracking = new Uint8Array(buffer);
  buffer.resize(4);
  a.send(utf8("ABCDEFGH"));
  assertEquals(b.recv_into(tracking), 4);
  assertEquals(text(tracking.slice()), "ABCD");
});

Deno.test("empty buffers are no error: an empty datagram is sent, none is taken", () => {
  using pair = udpPair();
  const { a, b } = pair;
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
    a.send(utf8("x"));
    assertEquals(b.recv_into(empty), 0);
    assertEquals(b.recv(4), utf8("x"));
    a.sendall(empty);
    assertEquals(b.recv(4).length, 0);
  }
});
