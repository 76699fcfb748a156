// struct beside Python's: random formats and values, good and bad, both ways.

import { assertEquals } from "@std/assert";
import {
  calcsize,
  iter_unpack,
  pack,
  pack_into,
  type Packable,
  unpack,
  unpack_from,
  type Value,
} from "../../bytes.ts";
import { python } from "../support/peer.ts";
import { needs, requires } from "../support/requires.ts";
import { Random } from "../stress/support/random.ts";

/** A value as JSON: what it is, and the value as text. Floats are their 8 bytes in hexadecimal. */
type Told = [kind: "int" | "float" | "bool" | "bytes" | "str", text: string];

interface Case {
  readonly format: string;
  readonly values: readonly Told[];
  /** Bytes to unpack, in hexadecimal. */
  readonly data: string;
  /** The same to unpack from and to pack into, at the offset. */
  readonly buffer: string;
  readonly offset: number;
}

/** What comes of each function: a result as JSON, or an error as text. */
type Outcomes = Record<string, unknown>;

const ORACLE = `
import json, struct, sys
def told(value):
    if isinstance(value, bool): return ["bool", str(value)]
    if isinstance(value, int): return ["int", str(value)]
    if isinstance(value, bytes): return ["bytes", value.hex()]
    return ["float", "nan" if value != value else struct.pack("<d", value).hex()]
def value(kind, text):
    if kind == "int": return int(text)
    if kind == "bool": return text == "True"
    if kind == "bytes": return bytes.fromhex(text)
    if kind == "str": return text
    return float("nan") if text == "nan" else struct.unpack("<d", bytes.fromhex(text))[0]
def outcome(function):
    try: return function()
    except (struct.error, OverflowError, UnicodeEncodeError) as error: return {"error": str(error)}
def each(case):
    format, offset = case["format"], case["offset"]
    values = [value(*told) for told in case["values"]]
    data, whole = bytes.fromhex(case["data"]), bytes.fromhex(case["buffer"])
    def pack_into():
        buffer = bytearray(whole)
        struct.pack_into(format, buffer, offset, *values)
        return buffer.hex()
    return {
        "calcsize": outcome(lambda: struct.calcsize(format)),
        "pack": outcome(lambda: struct.pack(format, *values).hex()),
        "pack_into": outcome(pack_into),
        "unpack": outcome(lambda: list(map(told, struct.unpack(format, data)))),
        "unpack_from": outcome(lambda: list(map(told, struct.unpack_from(format, whole, offset)))),
        "iter_unpack": outcome(lambda: [list(map(told, v)) for v in struct.iter_unpack(format, data + data)]),
    }
print(json.dumps([each(case) for case in json.load(sys.stdin)]))
`;

function tell(value: Value): Told {
  switch (typeof value) {
    case "boolean":
      return ["bool", value ? "True" : "False"];
    case "object":
      return ["bytes", value.toHex()];
    default:
      return ["int", String(value)];
  }
}

function tellFloat(value: number): Told {
  if (Number.isNaN(value)) return ["float", "nan"];
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return ["float", bytes.toHex()];
}

function valueOf([kind, text]: Told): Packable {
  switch (kind) {
    case "int": {
      // Numbers and bigints of the same value are the same.
      const number = Number(text);
      return Number.isSafeInteger(number) && number % 3 !== 0
        ? number
        : BigInt(text);
    }
    case "bool":
      return text === "True";
    case "bytes":
      return Uint8Array.fromHex(text);
    case "str":
      return text as unknown as Packable;
    case "float":
      return text === "nan"
        ? NaN
        : new DataView(Uint8Array.fromHex(text).buffer).getFloat64(0, true);
  }
}

function outcome(f: () => unknown): unknown {
  try {
    return f();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      return { error: error.message };
    }
    throw error;
  }
}

/** A format's characters, one for each value. */
function characters(format: string): string[] {
  return [...format.matchAll(/(\d*)([a-zA-Z?])/g)].flatMap(([_, n, c]) =>
    c === "x"
      ? []
      : c === "s" || c === "p"
      ? [c]
      : Array(n === "" ? 1 : Number(n)).fill(c)
  );
}

function ours({ format, values, data, buffer, offset }: Case): Outcomes {
  const all = values.map(valueOf);
  const bytes = Uint8Array.fromHex(data);
  const kinds = characters(format);
  const tellAll = (values: readonly Value[]) =>
    values.map((value, i) =>
      "efd".includes(kinds[i]) ? tellFloat(value as number) : tell(value)
    );
  return {
    calcsize: outcome(() => calcsize(format)),
    pack: outcome(() => pack(format, ...all).toHex()),
    pack_into: outcome(() => {
      const into = Uint8Array.fromHex(buffer);
      try {
        pack_into(format, into, offset, ...all);
      } catch (error) {
        assertEquals(into.toHex(), buffer, "half written");
        throw error;
      }
      return into.toHex();
    }),
    unpack: outcome(() => tellAll(unpack(format, bytes))),
    unpack_from: outcome(() =>
      tellAll(unpack_from(format, Uint8Array.fromHex(buffer), offset))
    ),
    iter_unpack: outcome(() =>
      Array.from(
        iter_unpack(format, Uint8Array.fromHex(data + data)),
        tellAll,
      )
    ),
  };
}

const BITS: Record<string, number> = {
  b: 8,
  B: 8,
  h: 16,
  H: 16,
  i: 32,
  I: 32,
  l: 64,
  L: 64,
  q: 64,
  Q: 64,
  n: 64,
  N: 64,
  P: 64,
};

/** A value for a character: of any size, at a bound, or of the wrong kind. */
function randomValue(random: Random, character: string): Told {
  // Python packs anything as a bool, strings too.
  if (random.chance(0.02) && character !== "?") {
    return random.pick<Told>([
      ["str", "text"],
      ["int", String(2n ** 70n)],
      ["float", "0000000000000440"], // 2.5
      ["bytes", "616263"],
    ]);
  }
  if (character === "c") return ["bytes", random.bytes(1).toHex()];
  if ("sp".includes(character)) {
    return ["bytes", random.bytes(random.below(9)).toHex()];
  }
  if (character === "?") {
    return random.pick<Told>([
      ["bool", "True"],
      ["bool", "False"],
      ["int", "0"],
      ["int", String(random.bigint())],
      ["float", "nan"],
      tellFloat(-0),
    ]);
  }
  if ("efd".includes(character)) {
    return random.pick<() => Told>([
      () => ["float", "nan"],
      () => ["int", String(random.below(1000) - 500)],
      () => tellFloat(random.pick([0, -0, Infinity, -Infinity, 5e-324, 1.5])),
      // About the bounds of half and single precision, where rounding shows.
      () =>
        tellFloat(
          random.pick([65504, 65519.99999, 65520, 65536, 2 ** -25, 2 ** -24]) *
            random.pick([1, -1]),
        ),
      () =>
        tellFloat(
          random.pick([2 ** 128, 2 ** 128 - 2 ** 103, 3.4028235677973362e38]),
        ),
      () => tellFloat((random.number() - 0.5) * 2 ** (random.below(60) - 30)),
      () => tellFloat((random.number() - 0.5) * 2 ** (random.below(600) - 300)),
    ])();
  }
  const bits = BITS[character] ?? 8; // A bad character has one value too.
  const isSigned = character === character.toLowerCase();
  const min = isSigned ? -(2n ** BigInt(bits - 1)) : 0n;
  const max = min + 2n ** BigInt(bits) - 1n;
  const any = BigInt.asUintN(bits, random.bigint()) + min;
  const least = character === "P" ? -(2n ** 63n) : min;
  const integers = random.chance(0.03)
    ? [least - 1n, max + 1n]
    : [any, any, min, max, isSigned ? -1n : 1n, any >> 20n];
  return ["int", String(random.pick(integers))];
}

function randomFormat(random: Random): string {
  const order = random.pick(["", "@", "=", "<", ">", "!"]);
  const known = "xcbB?hHiIlLqQefdsp" +
    ("<>=!".includes(order) && order ? "" : "nNP");
  let format = order;
  for (let i = random.below(8); i > 0; i--) {
    const character = random.chance(0.005)
      ? random.pick(["z", "n", "@", "-", "é", "N"])
      : random.pick([...known]);
    // Python 3.11 fails inside at "0p".
    const least = character === "p" ? 1 : 0;
    const count = random.chance(0.5) ? "" : random.pick(["", "00"]) +
      (least + random.below(random.chance(0.1) ? 300 : 5));
    const space = random.pick(["", "", "", " ", "\t\n\v\f\r "]);
    format += space + count + (random.chance(0.003) ? " " : "") + character;
  }
  return random.chance(0.01) ? `${format}7` : format;
}

function randomCase(random: Random): Case {
  const format = randomFormat(random);
  let size = 0;
  try {
    size = calcsize(format);
  } catch {
    // Python should refuse it too.
  }
  const isStandard = /^[<>=!]/.test(format);
  const values = characters(format).map((character) =>
    randomValue(
      random,
      isStandard && /[lL]/.test(character)
        ? character === "l" ? "i" : "I"
        : character,
    )
  );
  if (random.chance(0.02)) values.pop();
  if (random.chance(0.02)) values.push(["int", "0"]);
  const buffer = random.bytes(Math.max(0, size + random.below(12) - 2));
  const spare = buffer.length - size;
  const offset = random.below(Math.max(0, spare) + 3) - 1;
  return {
    format,
    values,
    data: random.bytes(random.chance(0.03) ? size + 1 : size).toHex(),
    buffer: buffer.toHex(),
    offset: random.chance(0.3) ? offset - buffer.length : offset,
  };
}

/** Whether an error says what Python's says. Of numbers out of range, we follow Python 3.12. */
function agrees(mine: string, theirs: string): boolean {
  return /argument out of range|^u?(byte|short) format requires|int too large|ascii/
    .test(theirs) || mine.includes(theirs);
}

Deno.test({
  ...requires("struct does what Python's does", needs.python),
  async fn() {
    const random = new Random();
    const cases = Array.from({ length: 4000 }, () => randomCase(random));
    const all = await python(ORACLE, cases) as Outcomes[];
    for (const [i, theirs] of all.entries()) {
      const mine = ours(cases[i]);
      for (const name of Object.keys(theirs)) {
        const [a, b] = [mine[name], theirs[name]].map(Object) as {
          error?: string;
        }[];
        if (a.error !== undefined && b.error !== undefined) {
          if (agrees(a.error, b.error)) continue;
        }
        assertEquals(
          mine[name],
          theirs[name],
          `seed ${random.seed}, case ${i}, ${name}: ${
            JSON.stringify(cases[i])
          }`,
        );
      }
    }
  },
});
