/** Encodings and error handlers, compared with CPython's codecs. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { decoderOf, encoderOf } from "../../../socket/file/codec.ts";
import type { ErrorHandler } from "../../../socket/file/error_handler.ts";
import { python } from "../../support/peer.ts";
import { needs, requires } from "../../support/requires.ts";

const random = (below: number): number => Math.floor(Math.random() * below);
const pick = <T>(from: readonly T[]): T => from[random(from.length)];
const many = <T>(most: number, make: () => T): T[] =>
  Array.from({ length: random(most + 1) }, make);

const handlers: ErrorHandler[] = [
  "strict",
  "ignore",
  "replace",
  "backslashreplace",
  "xmlcharrefreplace",
  "surrogateescape",
  "surrogatepass",
];

const unicode = [
  ...["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"],
  ...["utf-8-sig", "utf-16", "utf-32"],
];

/** Encodings by Python's names. */
const singleByte = [
  ...["ascii", "latin_1", "cp437", "cp850", "cp866", "cp874", "tis_620"],
  ...["koi8_r", "koi8_u", "mac_roman", "mac_cyrillic"],
  ...Array.from({ length: 9 }, (_, n) => `cp125${n}`),
  ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16].map((n) =>
    `iso8859_${n}`
  ),
];

/** What a call returns, or the message of what it throws. */
function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return { error: error instanceof TypeError ? "TypeError" : String(error) };
  }
}

/** The same without the position of an error. */
function unplaced(outcome: unknown): unknown {
  return typeof outcome === "object" && "error" in outcome!
    ? String(outcome.error).replace(/ (byte|character)s? .* position.*?:/, "")
      .replace(/.*stream does not start with BOM/i, "no BOM") // said in two ways
    : outcome;
}

const preamble = `
import codecs, json, sys
def outcome(call):
    try:
        return call()
    except TypeError:
        return {"error": "TypeError"}
    except ValueError as error:
        return {"error": f"RangeError: {error}"}
`;

/** Parts of bytes: characters and halves of them. */
const pieces: Record<string, readonly number[][]> = {
  "utf-8": [
    [...[0x61], ...[0xc3, 0xa9], ...[0xe2, 0x82, 0xac]],
    ...[[0xf0, 0x9f, 0x98, 0x80], [0xef, 0xbf, 0xbd], [0xef, 0xbb, 0xbf]],
    ...[[0xed, 0xa0, 0x80], [0xed, 0xb2], [0xc0], [0xff], [0xe2, 0x82]],
    ...[[0xf0, 0x9f], [0xf4, 0x90, 0x80, 0x80], [0xe0, 0x80], [0x80]],
  ],
  "utf-16-le": [
    ...[[0x61, 0], [0xac, 0x20], [0x3d, 0xd8, 0, 0xde], [0x80, 0xd8]],
    ...[[0, 0xdc], [0x99, 0xdc], [0xff, 0xfe], [0x80]],
  ],
  "utf-16-be": [
    ...[[0, 0x61], [0x20, 0xac], [0xd8, 0x3d, 0xde, 0], [0xd8, 0x80]],
    ...[[0xdc, 0], [0xdc, 0x99], [0xfe, 0xff], [0x80]],
  ],
  "utf-32-le": [
    ...[[0x61, 0, 0, 0], [0, 0xf6, 1, 0], [0x80, 0xd8, 0, 0], [0x81, 0, 0x11]],
    ...[[0x99, 0x99, 0x99, 0x99], [0xff, 0xfe, 0, 0], [0x80]],
  ],
  "utf-32-be": [
    ...[[0, 0, 0, 0x61], [0, 1, 0xf6, 0], [0, 0, 0xd8, 0x80], [0, 0x11, 0x80]],
    ...[[0x99, 0x99, 0x99, 0x99], [0, 0, 0xfe, 0xff], [0x80]],
  ],
};

interface Decoding {
  encoding: string;
  errors: ErrorHandler;
  chunks: number[][];
}

function decoding(): Decoding {
  const encoding = random(2) === 0 ? pick(unicode) : pick(singleByte);
  const wellFormed = random(2) === 0;
  const from = pieces[
    encoding === "utf-8-sig"
      ? "utf-8"
      : unicode.includes(encoding)
      ? encoding.replace(/^(utf-\d\d)$/, "$1-le")
      : ""
  ] ?? [[0x61], [0x0a], [0x80], [0x81], [0xa0], [0xca], [0xd9], [0xff]];
  const errors = pick(handlers);
  const bytes = many(12, () => pick(wellFormed ? from.slice(0, 3) : from))
    .flat();
  if (
    /^utf-(16|32|8-sig)$/.test(encoding) &&
    (random(2) === 0 || errors !== "strict")
  ) {
    bytes.unshift(...Array.from(encoderOf(encoding, "strict")("")));
  }
  const chunks: number[][] = [];
  while (bytes.length > 0) chunks.push(bytes.splice(0, 1 + random(9)));
  return { encoding, errors, chunks };
}

Deno.test({
  ...requires("bytes are decoded as by CPython", needs.python),
  async fn() {
    const cases = Array.from({ length: 6000 }, decoding);
    const expected = await python(
      `${preamble}
out = []
for case in json.load(sys.stdin):
    decoder = codecs.getincrementaldecoder(case["encoding"])(case["errors"])
    results = []
    for chunk in case["chunks"] + [None]:
        results.append(outcome(lambda: decoder.decode(bytes(chunk or []), chunk is None)))
        if isinstance(results[-1], dict):
            break
    out.append(results)
print(json.dumps(out))`,
      cases,
    ) as unknown[][];
    cases.forEach(({ encoding, errors, chunks }, i) => {
      const decoder = decoderOf(encoding, errors);
      const results: unknown[] = [];
      for (const chunk of [...chunks, null]) {
        const bytes = Uint8Array.from(chunk ?? []);
        const result = outcome(() => decoder.decode(bytes, chunk === null));
        results.push(result);
        if (typeof result !== "string") break;
      }
      // CPython counts the byte order mark or not.
      const counted = !/^utf-(16|32|8-sig)$/.test(encoding);
      assertEquals(
        counted ? results : results.map(unplaced),
        counted ? expected[i] : expected[i].map(unplaced),
        JSON.stringify(cases[i]),
      );
    });
  },
});

const characters = [
  ..."a\n\x7f\x80\xa0é€ŸЖ─א☃\ufeff\ufffd😀",
  ...["\ud800", "\udc80", "\udcff", "\udfff"],
];

Deno.test({
  ...requires("text is encoded as by CPython", needs.python),
  async fn() {
    const cases = Array.from({ length: 6000 }, () => ({
      encoding: random(2) === 0 ? pick(unicode) : pick(singleByte),
      errors: pick(handlers),
      text: many(8, () => pick(characters)).join(""),
    }));
    const expected = await python(
      `${preamble}
out = []
for case in json.load(sys.stdin):
    result = outcome(lambda: list(case["text"].encode(case["encoding"], case["errors"])))
    if isinstance(result, dict): # a text file names the byte order
        for name in ["utf-16", "utf-32"]:
            result["error"] = result["error"].replace(f"'{name}'", f"'{name}-le'")
    out.append(result)
print(json.dumps(out))`,
      cases,
    ) as unknown[];
    cases.forEach(({ encoding, errors, text }, i) => {
      const bytes = outcome(() =>
        Array.from(encoderOf(encoding, errors)(text))
      );
      // CPython counts characters before the first one that cannot be encoded.
      const counted = errors !== "surrogateescape";
      assertEquals(
        counted ? bytes : unplaced(bytes),
        counted ? expected[i] : unplaced(expected[i]),
        JSON.stringify(cases[i]),
      );
    });
  },
});

Deno.test({
  ...requires("encodings have CPython's names and characters", needs.python),
  async fn() {
    const theirs = await python(
      `${preamble}
from encodings.aliases import aliases
every = bytes(range(256))
out = {}
for name in json.load(sys.stdin):
    names = [name, name.upper(), name.replace("_", "-"), codecs.lookup(name).name]
    for alias, of in aliases.items():
        if of == name.replace("-", "_"):
            names += [alias, alias.replace("_", "-")]
    out[name] = [names, every.decode(name, "replace")]
print(json.dumps(out))`,
      [...singleByte, "utf_8", "utf_16_le", "utf_16_be"],
    ) as Record<string, [string[], string]>;
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const [names, text] of Object.values(theirs)) {
      for (const name of names) {
        assertEquals(
          decoderOf(name, "replace").decode(every, true),
          text,
          name,
        );
      }
    }
  },
});

Deno.test("a byte order mark is written once, and each decoder reads it", () => {
  for (const encoding of ["utf-8-sig", "utf-16", "utf-32"]) {
    const encode = encoderOf(encoding, "strict");
    const bytes = ["é", "", "😀"].flatMap((text) => Array.from(encode(text)));
    const decoder = decoderOf(encoding, "strict");
    const text = bytes.map((byte) =>
      decoder.decode(Uint8Array.of(byte), false)
    );
    assertEquals(text.join("") + decoder.decode(new Uint8Array(), true), "é😀");
  }
});

Deno.test("what is not supported is refused by name", () => {
  for (const name of ["cp037", "utf-7", "hex", "", "constructor", "latin0"]) {
    const message = `unknown encoding: ${name}`;
    assertThrows(() => decoderOf(name, "strict"), RangeError, message);
    assertThrows(() => encoderOf(name, "strict"), RangeError, message);
  }
  for (const name of ["shift_jis", "euc_jp", "gb18030", "big5", "euc-kr"]) {
    decoderOf(name, "replace");
    assertThrows(
      () => decoderOf(name, "surrogateescape"),
      RangeError,
      "cannot be read with surrogateescape",
    );
    assertThrows(() => encoderOf(name, "strict"), RangeError, "only be read");
  }
});

Deno.test("many faults cost no more than in small pieces", () => {
  const bytes = new Uint8Array(1 << 19).fill(0xdc);
  const milliseconds = (encoding: string, size: number): number => {
    const decoder = decoderOf(encoding, "replace");
    const start = performance.now();
    let length = 0;
    for (let at = 0; at < bytes.length; at += size) {
      length += decoder.decode(bytes.subarray(at, at + size), false).length;
    }
    assert(length > 0);
    return performance.now() - start;
  };
  for (const encoding of ["utf-8", "ascii", "utf-16-le", "utf-32-le"]) {
    let ratio = Infinity;
    for (let tries = 0; tries < 5 && ratio > 16; tries++) {
      const pieces = milliseconds(encoding, 1 << 12);
      ratio = Math.min(ratio, milliseconds(encoding, 1 << 19) / pieces);
    }
    assert(ratio <= 16, `${encoding}: ${ratio} times as long`);
  }
});
