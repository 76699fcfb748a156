// struct: sizes, values at their bounds, errors, types.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  b,
  calcsize,
  iter_unpack,
  pack,
  pack_into,
  Struct,
  unpack,
  unpack_from,
  type Unpacked,
} from "../../bytes.ts";
import { missing } from "../../constants/table.ts";
import { nativeCodes } from "../../bytes/codes.ts";
import { parseFormat } from "../../bytes/format.ts";

Deno.test("native sizes and alignment are those of C on each platform", () => {
  const table: [format: string, lp64: number, windows: number][] = [
    ["l", 8, 4],
    ["L", 8, 4],
    ["bl", 16, 8],
    ["@bL", 16, 8],
    ["ql", 16, 12],
    ["lq", 16, 16],
    ["b0l", 8, 4],
    ["nNP", 24, 24],
    ["xq", 16, 16],
    ["bhiq", 16, 16],
    ["qb", 9, 9],
    ["=l", 4, 4],
    ["<bL", 5, 5],
  ];
  for (const [format, lp64, windows] of table) {
    for (
      const platform of ["linux_x86_64", "linux_aarch64", "darwin"] as const
    ) {
      assertEquals(
        parseFormat(format, nativeCodes(platform)).size,
        lp64,
        format,
      );
    }
    assertEquals(
      parseFormat(format, nativeCodes("unsupported")).size,
      lp64,
      format,
    );
    assertEquals(
      parseFormat(format, nativeCodes("windows")).size,
      windows,
      format,
    );
  }
  assertEquals(
    calcsize("l"),
    Deno.build.os === "windows" ? 4 : 8,
  );
});

Deno.test("each byte order", () => {
  for (
    const [order, data] of [
      ["", "\x02\x01"],
      ["@", "\x02\x01"],
      ["=", "\x02\x01"],
      ["<", "\x02\x01"],
      [">", "\x01\x02"],
      ["!", "\x01\x02"],
    ]
  ) {
    assertEquals(pack(`${order}H`, 0x102), b(data), order);
    assertEquals(unpack(`${order}H`, b(data)), [0x102], order);
  }
});

Deno.test("64-bit integers are numbers up to 2^53 and bigints beyond", () => {
  const safe = Number.MAX_SAFE_INTEGER;
  for (
    const [format, value] of [
      ["q", safe],
      ["q", -safe],
      ["Q", safe],
      ["q", 2n ** 53n],
      ["q", -(2n ** 53n)],
      ["Q", 2n ** 53n],
      ["q", 2n ** 63n - 1n],
      ["q", -(2n ** 63n)],
      ["Q", 2n ** 64n - 1n],
      ["q", 0],
      ["q", -1],
      ["Q", 2 ** 32],
    ] as const
  ) {
    for (const order of ["<", ">"] as const) {
      const packed = pack(`${order}${format}` as string, value);
      assertEquals(unpack(`${order}${format}`, packed), [value]);
      // The same number as the other type packs to the same bytes.
      assertEquals(pack(`${order}${format}` as string, BigInt(value)), packed);
    }
  }
  assertEquals(pack("<q", 2 ** 62), b("\0\0\0\0\0\0\0\x40"));
});

Deno.test("minus zero is an integer like zero, and a float of its own", () => {
  assertEquals(pack("!bHiQ", -0, -0, -0, -0), new Uint8Array(15));
  assertEquals(pack("!f", -0), b("\x80\0\0\0"));
  const [float] = unpack("!f", b("\x80\0\0\0"));
  assert(Object.is(float, -0));
  const [integer] = unpack("!q", new Uint8Array(8));
  assert(Object.is(integer, 0));
});

Deno.test("strings are cut or filled up with zeros", () => {
  const long = new Uint8Array(300).fill(1);
  for (
    const [format, value, packed, unpacked] of [
      ["3s", "ab", "ab\0", "ab\0"],
      ["3s", "abcd", "abc", "abc"],
      ["s", "ab", "a", "a"],
      ["0s", "ab", "", ""],
      ["4p", "ab", "\x02ab\0", "ab"],
      ["3p", "abcd", "\x02ab", "ab"],
      ["p", "ab", "\0", ""],
      ["0p", "ab", "", ""],
    ]
  ) {
    assertEquals(pack(format, b(value)), b(packed), format);
    assertEquals(unpack(format, b(packed)), [b(unpacked)], format);
  }
  assertEquals(
    pack("300p", long),
    b`\xff${long.subarray(45)}${new Uint8Array(44)}`,
  );
  // A length beyond the string's end is that of a liar.
  assertEquals(unpack("3p", b("\xffab")), [b("ab")]);
});

Deno.test("a pointer may be negative, as in Python, and is read unsigned", () => {
  assertEquals(pack("P", -1), pack("P", 2n ** 64n - 1n));
  assertEquals(unpack("P", pack("P", -1)), [2n ** 64n - 1n]);
  assertThrows(() => pack("P", -(2n ** 63n) - 1n), RangeError, "'P' format");
});

Deno.test("what is unpacked is a copy", () => {
  const data = b("abc\x02hi");
  const [char, text, pascal] = unpack("c2s3p", data);
  data.fill(0);
  assertEquals([char, text, pascal], [b("a"), b("bc"), b("hi")]);
});

Deno.test("values that lie in the buffer that is packed into are read first", () => {
  const buffer = b("abcdef");
  pack_into("x3s2s", buffer, 0, buffer.subarray(0, 3), buffer.subarray(3));
  assertEquals(buffer, b("\0abcde"));
});

Deno.test("pack_into() writes nothing if a value is refused", () => {
  const buffer = b("\xff\xff\xff\xff");
  assertThrows(() => pack_into("BBB", buffer, 0, 1, 2, 256), RangeError);
  assertEquals(buffer, b("\xff\xff\xff\xff"));
});

Deno.test("a format given again is not read again, and many of them do no harm", () => {
  for (let i = 0; i < 300; i++) {
    assertEquals(calcsize(`${i % 150}x`), i % 150);
  }
});

Deno.test("iter_unpack() checks when called, and again at each piece", () => {
  assertThrows(() => iter_unpack("H", b("abc")), RangeError);
  const buffer = new ArrayBuffer(4, { maxByteLength: 8 });
  const pieces = iter_unpack("H", new Uint8Array(buffer));
  assertEquals(pieces.next().value, [0]);
  buffer.resize(2);
  assertThrows(() => pieces.next(), RangeError, "requires a buffer");
  // The number of pieces was settled by the call.
  buffer.resize(4);
  const settled = iter_unpack("H", buffer);
  buffer.resize(8);
  assertEquals([...settled].length, 2);
  const gone = iter_unpack("H", buffer);
  buffer.transfer();
  assertThrows(() => gone.next(), TypeError, "detached");
});

Deno.test("Struct has Python's attributes and the functions as methods", () => {
  const struct = new Struct("!HB");
  assertEquals([struct.format, struct.size], ["!HB", 3]);
  const data = struct.pack(1, 2);
  assertEquals(struct.unpack(data), [1, 2]);
  const buffer = new Uint8Array(5);
  struct.pack_into(buffer, -3, 1, 2);
  assertEquals(buffer, b("\0\0\0\x01\x02"));
  assertEquals(struct.unpack_from(buffer, 2), [1, 2]);
  assertEquals([...struct.iter_unpack(data)], [[1, 2]]);
  assertEquals(Deno.inspect(struct), 'Struct { format: "!HB", size: 3 }');
});

const any = (value: unknown) => value as never;
const text: string = "4x";

const refusals: [string, () => unknown, typeof TypeError, says: string][] = [
  [
    "no format",
    () => calcsize(any(null)),
    TypeError,
    "format must be a string, not null",
  ],
  [
    "bytes as the format",
    () => calcsize(any(b("h"))),
    TypeError,
    "format must be a string, not Uint8Array",
  ],
  [
    "an unknown character",
    () => calcsize("hz"),
    RangeError,
    'format: bad char in struct format: "hz"',
  ],
  [
    "a count alone",
    () => calcsize("h5"),
    RangeError,
    "repeat count given without format specifier",
  ],
  ["a space after a count", () => calcsize("5 h"), RangeError, "bad char"],
  ["a byte order later on", () => calcsize("h<h"), RangeError, "bad char"],
  [
    "a native character in a standard format",
    () => calcsize("<n"),
    RangeError,
    "bad char",
  ],
  [
    "a size beyond 2^53",
    () => calcsize("9007199254740991hh"),
    RangeError,
    "total struct size too long",
  ],
  [
    "an endless count",
    () => calcsize("9".repeat(400) + "x"),
    RangeError,
    "total struct size too long",
  ],
  [
    "a size that cannot be had",
    () => pack("9007199254740991x"),
    RangeError,
    "byte string is too large",
  ],
  [
    "too few values",
    () => pack(text + "h"),
    TypeError,
    "pack expected 1 items for packing (got 0)",
  ],
  [
    "too many values",
    () => pack(text, 1),
    TypeError,
    "pack expected 0 items for packing (got 1)",
  ],
  [
    "a count without as many values",
    () => pack("999999999h"),
    TypeError,
    "pack expected 999999999 items",
  ],
  [
    "too few values to pack into",
    () => pack_into(text + "h", b("ab"), 0),
    TypeError,
    "pack_into expected 1 items",
  ],
  [
    "a byte too large",
    () => pack("xBB", 1, 256),
    RangeError,
    "values[1]: 'B' format requires 0 <= number <= 255 (got 256)",
  ],
  [
    "a negative byte",
    () => pack("B", -1),
    RangeError,
    "0 <= number <= 255 (got -1)",
  ],
  [
    "a short too small",
    () => pack("h", -32769),
    RangeError,
    "'h' format requires -32768 <= number <= 32767",
  ],
  [
    "an int of 2^31",
    () => pack("i", 2 ** 31),
    RangeError,
    "'i' format requires -2147483648",
  ],
  [
    "a long of 64 bits where it has 32",
    () => pack("<L", 2 ** 32),
    RangeError,
    "'L' format requires 0 <= number <= 4294967295",
  ],
  [
    "a number of 2^64",
    () => pack("Q", 2 ** 64),
    RangeError,
    "<= 18446744073709551615 (got 18446744073709552000)",
  ],
  [
    "a bigint of 2^63",
    () => pack("q", 2n ** 63n),
    RangeError,
    "<= 9223372036854775807 (got 9223372036854775808)",
  ],
  [
    "a fraction",
    () => pack("H", 1.5),
    TypeError,
    "values[0]: required argument is not an integer (got 1.5)",
  ],
  [
    "NaN as an integer",
    () => pack("q", NaN),
    TypeError,
    "required argument is not an integer (got NaN)",
  ],
  [
    "infinity as an integer",
    () => pack("q", Infinity),
    TypeError,
    "(got Infinity)",
  ],
  [
    "a string as an integer",
    () => pack("H", any("1")),
    TypeError,
    "required argument is not an integer (got string)",
  ],
  [
    "nothing as an integer",
    () => pack("H", any(undefined)),
    TypeError,
    "(got undefined)",
  ],
  [
    "an object with valueOf as an integer",
    () => pack("H", any({ valueOf: () => 1 })),
    TypeError,
    "(got Object)",
  ],
  [
    "a constant that is missing here",
    () => pack("H", missing("AF_NOWHERE")),
    RangeError,
    "AF_NOWHERE",
  ],
  [
    "a string as a float",
    () => pack("d", any("1")),
    TypeError,
    "values[0]: required argument is not a float (got string)",
  ],
  [
    "a bigint that no float holds",
    () => pack("d", 2n ** 1024n),
    RangeError,
    "int too large to convert to float",
  ],
  [
    "a float too large for single precision",
    () => pack("<f", 1e39),
    RangeError,
    "float too large to pack with f format",
  ],
  [
    "a float too large for half precision",
    () => pack("e", 65520),
    RangeError,
    "float too large to pack with e format",
  ],
  [
    "a string as a bool",
    () => pack("?", any("")),
    TypeError,
    "values[0]: required argument is not a bool (got string)",
  ],
  ["null as a bool", () => pack("?", any(null)), TypeError, "(got null)"],
  [
    "a string as bytes",
    () => pack("4s", any("abcd")),
    TypeError,
    "values[0]: argument for 's' must be a bytes object (got string)",
  ],
  [
    "a number as a Pascal string",
    () => pack("4p", any(1)),
    TypeError,
    "argument for 'p' must be a bytes object (got 1)",
  ],
  [
    "an array as bytes",
    () => pack("4s", any([1, 2])),
    TypeError,
    "(got Array)",
  ],
  [
    "a string as a character",
    () => pack("c", any("a")),
    TypeError,
    "char format requires a bytes object of length 1 (got string)",
  ],
  [
    "two characters for one",
    () => pack("c", b("ab")),
    RangeError,
    "char format requires a bytes object of length 1 (got 2 bytes)",
  ],
  [
    "no bytes to unpack",
    () => unpack("H", any("ab")),
    TypeError,
    "buffer must be bytes",
  ],
  [
    "too few bytes",
    () => unpack("H", b("a")),
    RangeError,
    "unpack requires a buffer of 2 bytes (got 1)",
  ],
  [
    "too many bytes",
    () => unpack("H", b("abc")),
    RangeError,
    "unpack requires a buffer of 2 bytes (got 3)",
  ],
  [
    "an offset beyond the end",
    () => unpack_from("H", b("abc"), 2),
    RangeError,
    "unpack_from requires a buffer of at least 4 bytes for unpacking 2 bytes at offset 2 (actual buffer size is 3)",
  ],
  [
    "an offset before the start",
    () => unpack_from("H", b("abc"), -4),
    RangeError,
    "offset -4 out of range for 3-byte buffer",
  ],
  [
    "an offset too near to the end",
    () => unpack_from("H", b("abc"), -1),
    RangeError,
    "not enough data to unpack 2 bytes at offset -1",
  ],
  [
    "an offset that is none",
    () => unpack_from("H", b("abc"), any("1")),
    TypeError,
    "offset must be an integer, not string",
  ],
  [
    "an offset with a fraction",
    () => unpack_from("H", b("abc"), 0.5),
    TypeError,
    "offset must be an integer, not 0.5",
  ],
  [
    "an offset left out",
    () => pack_into("H", b("ab"), any(undefined), 1),
    TypeError,
    "offset must be an integer",
  ],
  [
    "no room at the end",
    () => pack_into("H", b("abc"), -1, 1),
    RangeError,
    "no space to pack 2 bytes at offset -1",
  ],
  [
    "no room",
    () => pack_into("H", b("abc"), 2, 1),
    RangeError,
    "pack_into requires a buffer of at least 4 bytes for packing 2 bytes at offset 2 (actual buffer size is 3)",
  ],
  [
    "a buffer to pack into that is none",
    () => pack_into("H", any([0, 0]), 0, 1),
    TypeError,
    "buffer must be bytes",
  ],
  [
    "pieces of nothing",
    () => iter_unpack("", b("")),
    RangeError,
    "cannot iteratively unpack with a struct of length 0",
  ],
  [
    "pieces that do not fit",
    () => iter_unpack("H", b("abc")),
    RangeError,
    "iterative unpacking requires a buffer of a multiple of 2 bytes (got 3)",
  ],
];

for (const [what, call, expected, says] of refusals) {
  Deno.test(`struct refuses ${what}`, () => {
    const error = assertThrows(call);
    assertInstanceOf(error, expected);
    assertStringIncludes(error.message, says);
  });
}

/** Compiles if both types are the same. */
function same<A, B>(
  ..._: (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2)
    ? []
    : [never]
): void {}

type Octets = Uint8Array<ArrayBuffer>;

Deno.test("a format that is written out types what is packed and unpacked", () => {
  same<Unpacked<"!HI4s">, readonly [number, number, Octets]>();
  same<Unpacked<"lQ">, readonly [number | bigint, number | bigint]>();
  same<Unpacked<"<lQ">, readonly [number, number | bigint]>();
  same<
    Unpacked<"2h 3x 12s ? 0q">,
    readonly [number, number, Octets, boolean]
  >();
  same<Unpacked<"12c">["length"], 12>();
  // Of many values the number is not counted, and of an unknown format nothing is known.
  same<Unpacked<"100B">, readonly number[]>();
  same<Unpacked<string>[number], number | bigint | boolean | Octets>();

  const [type, name] = unpack("!H2s", b("\0\x01ab"));
  same<typeof type, number>();
  same<typeof name, Octets>();
  const length = 2;
  const [tail] = unpack(`${length as number}s`, b("ab"));
  same<typeof tail, number | bigint | boolean | Octets>();

  pack("!H?2s", 1, true, b("ab"));
  // @ts-expect-error: a value is lacking
  assertThrows(() => pack("!HH", 1));
  // @ts-expect-error: one value too many
  assertThrows(() => pack("!H", 1, 2));
  // @ts-expect-error: a string is no integer
  assertThrows(() => pack("!H", "1"));
  // @ts-expect-error: an integer is not bytes
  assertThrows(() => new Struct("2s").pack(1));
});
