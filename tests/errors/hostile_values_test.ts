/** Values made to provoke the engine: the error is the library's own, and names the argument. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MissingConstant } from "../../constants/missing.ts";

import { asyncSocketPair, socketPair, tcpPair } from "../support/pairs.ts";

// deno-lint-ignore no-explicit-any
const any = (value: unknown): any => value;
const noText = Object.create(null);

Deno.test("what is wrong with an iterable is said with the argument's name", () => {
  using pair = socketPair();
  const detached = new Uint8Array(2);
  detached.buffer.transfer();
  const must = "buffers must be an iterable, not";
  const wrong: [unknown, string][] = [
    [{ [Symbol.iterator]: 1 }, `${must} Object`],
    [detached, `${must} Uint8Array in this state`],
    [new Proxy(new Uint8Array(2), {}), `${must} Uint8Array in this state`],
    [Object.create(Map.prototype), `${must} Map in this state`],
    [{ [Symbol.iterator]: () => 1 }, "buffers: its iterator must be an object"],
    [
      { [Symbol.iterator]: () => ({}) },
      "buffers: the method next of its iterator is missing",
    ],
    [
      { [Symbol.iterator]: () => ({ next: () => 1 }) },
      "buffers: its iterator's result must be an object, not 1",
    ],
  ];
  for (const [value, says] of wrong) {
    assertThrows(() => pair.a.sendmsg(any(value)), TypeError, says);
  }
});
