/** What the system may write into when an option is read. */

import { assert, assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { libc } from "../../ffi/libc.ts";
import { IPPROTO_IP, Socket } from "../../mod.ts";

/** Reads an option that the system answers with this many bytes; returns them and its input. */
function read(buflen: number, written: number, reported: number) {
  using socket = new Socket();
  let input = new Uint8Array();
  const answer: typeof libc.getsockopt = (...[, , , value, length]) => {
    const bytes = value as Uint8Array<ArrayBuffer>;
    input = bytes.slice();
    assert(written <= bytes.length, `${written} bytes into ${bytes.length}`);
    bytes.fill(0xee, 0, written);
    (length as Uint32Array)[0] = reported;
    return 0;
  };
  using _ = stub(libc, "getsockopt", answer);
  const value = buflen === 0
    ? socket.getsockopt(IPPROTO_IP, 1)
    : socket.getsockopt(IPPROTO_IP, 1, buflen);
  return { input, value };
}

Deno.test("a system that takes the length for a count of structures has the room", () => {
  for (const buflen of [1, 4, 100, 1023, 1024]) {
    const { value } = read(buflen, 8 * buflen, buflen);
    assertEquals(value, new Uint8Array(buflen).fill(0xee));
  }
  assertEquals(read(0, 8 * 4, 4).value, 0xeeeeeeee | 0);
});

Deno.test("a system that ignores the length has room for a structure", () => {
  for (const buflen of [0, 1, 3]) read(buflen, 256, 256);
  assertEquals(read(1, 4, 4).value, Uint8Array.of(0xee));
});

Deno.test("the value that is returned has no more bytes than were asked for", () => {
  assertEquals(read(10, 10, 1000).value, new Uint8Array(10).fill(0xee));
  assertEquals(read(10, 2, 2).value, new Uint8Array(2).fill(0xee));
  assertEquals(read(10, 2, 0).value, new Uint8Array(0));
});

Deno.test("the system gets zeros, whatever was read before", () => {
  read(1024, 8 * 1024, 1024);
  for (const buflen of [1, 8, 1024]) {
    const { input } = read(buflen, 0, 0);
    assertEquals(input.subarray(0, buflen), new Uint8Array(buflen));
  }
  assertEquals(read(0, 0, 4).value, 0);
});
