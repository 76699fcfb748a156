// Buffers that are not what they seem: each function sees the true bytes, or refuses.

import { assertEquals, assertThrows } from "@std/assert";
import {
  b,
  type Bytes,
  concat,
  iter_unpack,
  pack,
  pack_into,
  repr,
  unpack,
  unpack_from,
} from "../../bytes.ts";
import { Liar, lying, LyingBuffer } from "../support/hostile.ts";

/** "abcd" in a buffer of which more lies around it. */
function around(): ArrayBuffer {
  return b("..abcd..").buffer;
}

function shared(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(8);
  new Uint8Array(buffer).set(b("..abcd.."));
  return buffer;
}

function tracking(): Uint8Array {
  const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
  new Uint8Array(buffer).set(b("..abcd"));
  const view = new Uint8Array(buffer, 2);
  buffer.resize(6);
  return view;
}

const kinds: Record<string, () => Bytes> = {
  "a view of part of a buffer": () => new Uint8Array(around(), 2, 4),
  "a Uint8Array whose properties lie": () => new Liar(around(), 2, 4),
  "a DataView whose properties lie": () => lying(new DataView(around(), 2, 4)),
  "a buffer whose properties lie": () => {
    const buffer = new LyingBuffer(4);
    new Uint8Array(buffer).set(b("abcd"));
    return buffer;
  },
  "shared memory": () => new Uint8Array(shared(), 2, 4),
  "a view of a buffer that was resized": tracking,
  "wider elements": () => new Uint16Array(around(), 2, 2),
};

for (const [kind, make] of Object.entries(kinds)) {
  Deno.test(`the bytes of ${kind} are its own`, () => {
    assertEquals(repr(make()), "b'abcd'");
    assertEquals(concat(make(), make()), b("abcdabcd"));
    assertEquals(b`${make()}`, b("abcd"));
    assertEquals(pack("8s", make()), b("abcd\0\0\0\0"));
    assertEquals(unpack("!4s", make()), [b("abcd")]);
    assertEquals(unpack_from("!H", make(), -2), [0x6364]);
    assertEquals([...iter_unpack("!H", make())], [[0x6162], [0x6364]]);
    assertThrows(
      () => unpack_from("!H", make(), 3),
      RangeError,
      "actual buffer size is 4",
    );
    const buffer = make();
    pack_into("!H", buffer, 1, 0x3132);
    assertEquals(repr(buffer), "b'a12d'");
    assertThrows(() => pack_into("!H", buffer, 3, 1), RangeError);
  });
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  buffer.transfer();
  return buffer;
}

function detachedView<T extends Bytes>(make: (buffer: ArrayBuffer) => T): T {
  const buffer = new ArrayBuffer(8);
  const view = make(buffer);
  buffer.transfer();
  return view;
}

function shrunk<T extends Bytes>(make: (buffer: ArrayBuffer) => T): T {
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
  const view = make(buffer);
  buffer.resize(4);
  return view;
}

const gone: Record<string, () => Bytes> = {
  "a detached buffer": detached,
  "a detached buffer that denies it": () => {
    const buffer = new LyingBuffer(8);
    buffer.transfer();
    return buffer;
  },
  "a view of a detached buffer": () => detachedView((it) => new Uint8Array(it)),
  "a lying view of a detached buffer": () => detachedView((it) => new Liar(it)),
  "a DataView of a detached buffer": () =>
    detachedView((it) => new DataView(it)),
  "a view of a buffer that became too small": () =>
    shrunk((it) => new Uint8Array(it, 2, 4)),
  "a DataView of a buffer that became too small": () =>
    shrunk((it) => new DataView(it, 2, 4)),
};

const imposters: Record<string, () => Bytes> = {
  "a proxy": () => new Proxy(new Uint8Array(4), {}),
  "an object of the class's prototype": () =>
    Object.create(Uint8Array.prototype),
  "an object of a buffer's prototype": () =>
    Object.create(ArrayBuffer.prototype),
  "an object with a length": () => ({ byteLength: 4, length: 4 }) as never,
};

for (const [kind, make] of Object.entries({ ...gone, ...imposters })) {
  Deno.test(`${kind} is refused`, () => {
    const [buffer, value, argument] = Object.hasOwn(gone, kind)
      ? ["buffer: ", "values[0]: ", "data: "]
      : ["", "", ""];
    assertThrows(() => repr(make()), TypeError, argument);
    assertThrows(() => concat(make()), TypeError);
    assertThrows(() => pack("4s", make()), TypeError, value);
    assertThrows(() => pack("c", make()), TypeError, value);
    assertThrows(() => unpack("4s", make()), TypeError, buffer);
    assertThrows(() => unpack("", make()), TypeError, buffer);
    assertThrows(() => unpack_from("H", make()), TypeError, buffer);
    assertThrows(() => iter_unpack("H", make()), TypeError, buffer);
    assertThrows(() => pack_into("H", make(), 0, 1), TypeError, buffer);
  });
}
