/** Values made to provoke the engine: the error is the library's own, and names the argument. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MissingConstant } from "../../constants/table.ts";
import {
  BufferedReader,
  constantName,
  controlName,
  controlSize,
  encodeControl,
  errorName,
  KeyboardInterrupt,
  optionName,
  OSError,
  requestControl,
  TextIOWrapper,
  TimeoutError,
} from "../../mod.ts";
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

Deno.test("sendmsg_afalg() names msg if a buffer is wrong", () => {
  using pair = socketPair();
  const options = { op: 0 };
  const says = "msg[0] must be bytes";
  const wrong = any([1]);
  assertThrows(
    () => any(pair.a).sendmsg_afalg(wrong, options),
    TypeError,
    says,
  );
});

Deno.test("iterables are taken as a loop takes them", () => {
  using pair = socketPair();
  let returned = 0;
  const make = (count: number) => ({
    [Symbol.iterator]: () => ({
      next: () => ({ done: count-- === 0, value: new Uint8Array(1) }),
      return: () => ({ done: true, value: returned++ }),
    }),
  });
  assertEquals(pair.a.sendmsg(any(make(3))), 3);
  assertEquals(returned, 0);
  assertEquals(pair.a.sendmsg(new Set([new Uint8Array(2)])), 2);
  const refused = {
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: "text" }),
      return: () => ({ done: true, value: returned++ }),
    }),
  };
  assertThrows(
    () => pair.a.sendmsg(any(refused)),
    TypeError,
    "buffers[0] must",
  );
  assertEquals(returned, 1);
  // deno-lint-ignore require-yield
  const throwing = (function* (): Generator<Uint8Array> {
    throw new EvalError("the caller's own");
  })();
  assertThrows(() => pair.a.sendmsg(throwing), EvalError, "the caller's own");
});

Deno.test("writelines() names lines if one of them is wrong", () => {
  using pair = socketPair();
  const wrong = any([1]);
  const says = "lines must be";
  for (const [mode, buffering] of [["wb", 0], ["wb", 10], ["w", 10]] as const) {
    using file = pair.a.makefile(mode, buffering);
    assertThrows(() => file.writelines(wrong), TypeError, says);
  }
});

Deno.test("a file is not made over a proxy of a file", () => {
  using pair = socketPair();
  using raw = pair.a.makefile("rb", 0);
  using buffered = pair.a.makefile("rb");
  assertThrows(
    () => new BufferedReader(new Proxy(raw, {})),
    TypeError,
    "raw must be a file, not a proxy of one",
  );
  assertThrows(
    () => new TextIOWrapper(new Proxy(buffered, {})),
    TypeError,
    "buffer must be a file, not a proxy of one",
  );
});

Deno.test("functions that name numbers refuse what is no number", () => {
  const missing = any(new MissingConstant("SO_NOWHERE"));
  for (const value of [noText, Symbol("s"), "1", 1n, null].map(any)) {
    const says = `must be a number, not ${typeof value}`;
    assertThrows(() => optionName(value, 1), TypeError, `level ${says}`);
    assertThrows(() => optionName(1, value), TypeError, `optname ${says}`);
    assertThrows(() => controlName(value, 1), TypeError, `cmsg_level ${says}`);
    assertThrows(() => controlName(1, value), TypeError, `cmsg_type ${says}`);
    assertThrows(() => constantName("AF_", value), TypeError, `value ${says}`);
    assertThrows(() => errorName(value), TypeError, `value ${says}`);
  }
  assertThrows(() => optionName(1, missing), RangeError, "optname: SO_NOWHERE");
  assertThrows(
    () => constantName(noText, 1),
    TypeError,
    "prefix must be a string",
  );
});

Deno.test("kinds of control messages must be strings", () => {
  using pair = tcpPair();
  for (const kind of [1n, noText].map(any)) {
    const says = "kind must be a string";
    assertThrows(() => requestControl(pair.a, kind), TypeError, says);
    assertThrows(() => controlSize(kind), TypeError, says);
    assertThrows(() => encodeControl(any({ kind })), TypeError, says);
  }
});

Deno.test("errors are made of numbers and text", () => {
  assertThrows(() => new OSError(noText, "text"), TypeError, "errno must be");
  assertThrows(
    () => new TimeoutError(1, noText),
    TypeError,
    "strerror must be",
  );
  assertThrows(
    () => new OSError(1, "text", { winerror: noText }),
    TypeError,
    "options.winerror must be",
  );
  assertThrows(() => new KeyboardInterrupt(noText), TypeError, "message must");
});

Deno.test("recv_into rejects if a getter of what it gets throws, and does not throw", async () => {
  using pair = asyncSocketPair();
  const hostile = {
    get byteLength() {
      throw new EvalError("the caller's own");
    },
  };
  const promise = pair.a.recv_into(any(hostile));
  await assertRejects(() => promise, TypeError, "buffer must be bytes");
  const proxy = new Proxy(new Uint8Array(1), {});
  const other = pair.a.recv_into(proxy);
  await assertRejects(() => other, TypeError, "buffer must be bytes");
});
