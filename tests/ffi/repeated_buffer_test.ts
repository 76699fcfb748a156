/** A buffer that is passed again and again: its pointer is cached, and must stay right. */

import { assertEquals, assertThrows } from "@std/assert";
import type { Address, Socket } from "../../mod.ts";
import { socketPair } from "../support/pairs.ts";

/** Receives a number of bytes, in any number of parts. */
function receive(socket: Socket<Address>, count: number): Uint8Array {
  const parts = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const part = socket.recv(count - at);
    parts.set(part, at);
    at += part.length;
  }
  return parts;
}

Deno.test("a buffer passed again sends and receives what it holds now", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const data = new Uint8Array(8);
  const buffer = new Uint8Array(8);
  for (let round = 0; round < 100; round++) {
    data.fill(round);
    assertEquals(a.send(data), 8);
    assertEquals(b.recv_into(buffer), 8);
    assertEquals(buffer, data);
  }
});

Deno.test("buffers in turn do not take each other's memory", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const views = [new Uint8Array(4), new Uint8Array(300_000).subarray(7, 11)];
  views.push(views[1].subarray(0, 2), new Uint8Array(views[0].buffer, 2));
  for (let round = 0; round < 64; round++) {
    const view = views[(round * round >> 2) % views.length];
    view.fill(round);
    a.send(view);
    a.send(view);
    assertEquals(
      receive(b, 2 * view.length),
      new Uint8Array(2 * view.length).fill(round),
    );
  }
});

Deno.test("a buffer that is detached after it was passed is refused, and its old memory untouched", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const view = new Uint8Array(16).fill(1);
  for (let i = 0; i < 3; i++) a.send(view);
  for (let i = 0; i < 3; i++) b.recv_into(view);
  const moved = view.buffer.transfer();
  assertThrows(() => a.send(view), TypeError, "detached");
  a.send(new Uint8Array(16).fill(2));
  assertThrows(() => b.recv_into(view), TypeError, "detached");
  assertEquals(new Uint8Array(moved), new Uint8Array(16).fill(1));
});

Deno.test("a buffer that shrinks after it was passed is used as far as it goes", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const resizable = new ArrayBuffer(16, { maxByteLength: 32 });
  const view = new Uint8Array(resizable).fill(3);
  for (let i = 0; i < 3; i++) assertEquals(a.send(view), 16);
  resizable.resize(5);
  assertEquals(a.send(view), 5);
  resizable.resize(32);
  assertEquals(a.send(view), 32);
  const sent = 3 * 16 + 5 + 32;
  assertEquals(receive(b, sent).length, sent);
});
