// b(), repr() and concat().

import { assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import { b, concat, repr } from "../../bytes.ts";
import { python } from "../support/peer.ts";
import { needs, requires } from "../support/requires.ts";
import { Random } from "../stress/support/random.ts";

const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);

Deno.test("b() makes each character of a string one byte", () => {
  assertEquals(b(""), new Uint8Array());
  assertEquals(b("GET /\r\n"), new TextEncoder().encode("GET /\r\n"));
  assertEquals(b(String.fromCharCode(...all)), all);
  assertEquals(b("é"), Uint8Array.of(0xe9));
  assertEquals(b("\xff\u00ff"), Uint8Array.of(0xff, 0xff));
});

Deno.test("b() of a template takes ASCII, escapes, strings and bytes", () => {
  assertEquals(b``, new Uint8Array());
  assertEquals(b`a\x00\xff\n`, Uint8Array.of(97, 0, 255, 10));
  assertEquals(b`<${"\xe9"}|${b("\xff")}>`, b("<\xe9|\xff>"));
  const page = new Uint8Array([0, 1, 2, 3]);
  assertEquals(
    b`${new DataView(page.buffer, 1, 2)}${page.buffer}`,
    b("\x01\x02\0\x01\x02\x03"),
  );
});

Deno.test("b() refuses what is no byte", () => {
  const any = (value: unknown) => value as never;
  for (
    const [call, expected, says] of [
      [
        () => b("a世"),
        RangeError,
        'text: bytes must be in range(0, 256): "世" at 1',
      ],
      [() => b("\u{1f430}"), RangeError, '"\u{1f430}" at 0'],
      [() => b("\ud800"), RangeError, '"\\ud800" at 0'],
      [
        () => b`é`,
        RangeError,
        "template: bytes can only contain ASCII literal characters, not é",
      ],
      [() => b`\u0100`, RangeError, "template: bytes must be in range(0, 256)"],
      [() => b`\xg`, RangeError, "template: invalid escape in \\xg"],
      [
        () => b`a${"b"}${"世"}`,
        RangeError,
        "values[1]: bytes must be in range(0, 256)",
      ],
      [() => b`${any(1)}`, TypeError, "values[0] must be bytes"],
      [() => b(any(5)), TypeError, "text must be a string, not 5"],
      [
        () => b(any(undefined)),
        TypeError,
        "text must be a string, not undefined",
      ],
      [() => b(any(["a"])), TypeError, "text must be a string, not Array"],
      [() => b(any(all)), TypeError, "text must be a string, not Uint8Array"],
    ] as const
  ) {
    assertThrows(call, expected, says);
  }
});

Deno.test("concat() joins bytes of every kind into a copy", () => {
  assertEquals(concat(), new Uint8Array());
  const one = b("a");
  assertNotStrictEquals(concat(one), one);
  const { buffer } = b("0123456789");
  const shared = new SharedArrayBuffer(1);
  assertEquals(
    concat(
      buffer.slice(0, 1),
      new Uint16Array(buffer, 2, 1),
      new DataView(buffer, 4, 1),
      shared,
    ),
    b("0234\0"),
  );
  assertThrows(
    () => concat(one, "b" as never),
    TypeError,
    "buffers[1] must be bytes",
  );
  const large = new Uint8Array(2 ** 28);
  assertThrows(
    () => concat(...Array(2 ** 10).fill(large)),
    RangeError,
    "byte string is too large (274877906944 bytes)",
  );
});

Deno.test("repr() chooses the quotes as Python does", () => {
  assertEquals(repr(b("")), "b''");
  assertEquals(repr(b("a'b")), `b"a'b"`);
  assertEquals(repr(b('a"b')), `b'a"b'`);
  assertEquals(repr(b(`'"`)), `b'\\'"'`);
  assertEquals(
    repr(b("\t\r\n\\\0\x7f\xff").buffer),
    "b'\\t\\r\\n\\\\\\x00\\x7f\\xff'",
  );
  assertThrows(() => repr("text" as never), TypeError, "data must be bytes");
});

Deno.test({
  ...requires("repr() is what Python's is", needs.python),
  async fn() {
    const random = new Random();
    const cases = [
      all,
      ...Array.from({ length: 3000 }, () => {
        const bytes = random.bytes(random.below(40));
        // Half of them of the few bytes that choose quotes and escapes.
        return random.chance(0.5)
          ? bytes
          : bytes.map(() => random.pick([...b("'\"\\ax\n")]));
      }),
    ];
    const theirs = await python(
      "import json, sys; print(json.dumps([repr(bytes.fromhex(b)) for b in json.load(sys.stdin)]))",
      cases.map((bytes) => bytes.toHex()),
    ) as string[];
    for (const [i, bytes] of cases.entries()) {
      assertEquals(repr(bytes), theirs[i], `seed ${random.seed}`);
    }
  },
});
