/** Byte order, and IP addresses as text and as bytes, compared with CPython. */

import { assertEquals } from "@std/assert";
import * as socket from "../../../mod.ts";
import { needs, requires } from "../../support/requires.ts";
import { pythonText } from "../../support/errors.ts";
import { python } from "../../support/peer.ts";

const { AF_INET, AF_INET6 } = socket;

/** A call by name. Bytes are written as `{ hex }`. */
type Call = readonly [name: string, ...args: unknown[]];

const asJson = (value: unknown): unknown =>
  value instanceof Uint8Array ? { hex: value.toHex() } : value;

/** Python's exceptions, and their classes here. */
const pythonClasses = {
  ValueError: "RangeError",
  OverflowError: "RangeError",
  UnicodeError: "RangeError",
  OSError: "OSError",
  TypeError: "TypeError",
} as Record<string, string>;

/** The results of calls: a value, or the class of an error, and Python's text of an `OSError`. */
function ours(calls: readonly Call[]): unknown[] {
  return calls.map(([name, ...args]) => {
    const call = socket[name as keyof typeof socket] as (
      ...args: unknown[]
    ) => unknown;
    try {
      return asJson(call(...args));
    } catch (error) {
      const { name } = error as Error;
      const isOSError = error instanceof socket.OSError;
      return [name, isOSError ? pythonText(error) : null];
    }
  });
}

async function theirs(calls: readonly Call[]): Promise<unknown[]> {
  const answers = await python(
    `
import json, socket, sys
def into(value):
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
out = []
for name, *args in json.load(sys.stdin):
    try:
        value = getattr(socket, name)(*map(into, args))
        out.append({"hex": value.hex()} if isinstance(value, bytes) else value)
    except OSError as e:
        out.append([type(e).__name__, str(e)])
    except Exception as e:
        out.append([type(e).__name__, None])
print(json.dumps(out))`,
    calls.map((call) => call.map(asJson)),
  ) as unknown[];
  return answers.map((answer) =>
    Array.isArray(answer)
      ? [pythonClasses[answer[0]] ?? answer[0], answer[1]]
      : answer
  );
}

const hex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.fromHex(text);

const ipv4Texts = [
  "127.0.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "1.2.3",
  "1.2",
  "1",
  "127.1",
  "0x7f.1",
  "010.0.0.1",
  "1.2.3.4.5",
  "256.1.1.1",
  "1.2.3.256",
  "",
  " 1.2.3.4",
  "1.2.3.4 ",
  "1.2.3.4x",
  "1..2.3",
  "-1.2.3.4",
  "4294967295",
  "4294967296",
  "0xffffffff",
  "localhost",
  "٠.0.0.1",
];

const ipv6Texts = [
  "::",
  "::1",
  "1::",
  "1:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7::",
  "::2:3:4:5:6:7:8",
  "1::8",
  "fe80::1",
  "FE80::AbCd",
  "::ffff:1.2.3.4",
  "::1.2.3.4",
  "64:ff9b::192.0.2.33",
  "1:2:3:4:5:6:1.2.3.4",
  "1:2:3:4:5:6:7:1.2.3.4",
  "::1.2.3",
  "::1.2.3.256",
  "",
  ":",
  ":::",
  "1::2::3",
  "12345::",
  "g::",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "::1%lo",
  "::1 ",
  "0001:0002::",
  "00001::",
  "2001:db8:0:0:1:0:0:1",
  "2001:0:0:1:0:0:0:1",
  "::ffff:0:0",
];

const calls: Call[] = [
  ...[0, 1, 0x0102, 0x8000, 0xffff, 0x10000, -1].flatMap((x) =>
    [
      ["htons", x],
      ["ntohs", x],
    ] as Call[]
  ),
  ...[0, 1, 0x01020304, 0x80000000, 0xffffffff, 0x100000000, -1].flatMap((
    x,
  ) => [["htonl", x], ["ntohl", x]] as Call[]),
  ...ipv4Texts.flatMap((text) =>
    [
      ["inet_aton", text],
      ["inet_pton", AF_INET, text],
    ] as Call[]
  ),
  ...ipv6Texts.map((text): Call => ["inet_pton", AF_INET6, text]),
  ["inet_pton", socket.AF_UNIX, "::"],
  ["inet_pton", 12345, "::"],
  ...["", "00", "7f000001", "ffffffff", "0001020304"].flatMap((bytes) =>
    [
      ["inet_ntoa", hex(bytes)],
      ["inet_ntop", AF_INET, hex(bytes)],
      ["inet_ntop", AF_INET6, hex(bytes)],
    ] as Call[]
  ),
  ["inet_ntop", 12345, hex("00000000")],
];

Deno.test({
  ...requires("byte order and IP texts are as CPython has them", needs.python),
  async fn() {
    const [mine, python] = [ours(calls), await theirs(calls)];
    for (const [i, call] of calls.entries()) {
      assertEquals(mine[i], python[i], JSON.stringify(call.map(asJson)));
    }
  },
});

Deno.test({
  ...requires(
    "random addresses become the same texts, and come back",
    needs.python,
  ),
  async fn() {
    const random = Array.from({ length: 400 }, (_, i) => {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      // The form of the text depends on runs of zeros.
      for (let at = 0; at < 16; at += 2) {
        if (bytes[at] & 1 || i % 4 === 0 && at < 10) bytes.fill(0, at, at + 2);
      }
      if (i % 8 === 0) bytes.fill(0xff, 10, 12);
      return bytes;
    });
    const calls = random.flatMap((bytes): Call[] => [
      ["inet_ntop", AF_INET6, bytes],
      ["inet_ntop", AF_INET, bytes.slice(0, 4)],
    ]);
    const texts = ours(calls);
    assertEquals(texts, await theirs(calls));
    for (const [i, bytes] of random.entries()) {
      assertEquals(socket.inet_pton(AF_INET6, texts[2 * i] as string), bytes);
      assertEquals(
        socket.inet_pton(AF_INET, texts[2 * i + 1] as string),
        bytes.slice(0, 4),
      );
    }
  },
});

Deno.test("a packed address may be any view of a buffer", () => {
  const { buffer } = hex("00007f00000100");
  assertEquals(socket.inet_ntoa(new DataView(buffer, 2, 4)), "127.0.0.1");
  assertEquals(
    socket.inet_ntop(AF_INET, new Uint8Array(buffer).subarray(2, 6)),
    "127.0.0.1",
  );
});
