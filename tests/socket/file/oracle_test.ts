/** `makefile()` with random input, compared with CPython. One Python process answers all cases. */

import { assertEquals } from "@std/assert";
import { AF_UNIX, SHUT_WR } from "../../../constants/mod.ts";
import type { FileMode } from "../../../socket/file/raw.ts";
import type { ErrorHandler } from "../../../socket/file/error_handler.ts";
import type { TextOptions } from "../../../socket/file/makefile.ts";
import type { Socket } from "../../../socket/constructor.ts";
import type { UnixAddress } from "../../../socket/address/types.ts";
import * as socket from "../../../constants/mod.ts";
import { utf8 } from "../../support/bytes.ts";
import {
  hasUnix,
  need,
  needs,
  requires,
  succeeds,
} from "../../support/requires.ts";
import { socketPair } from "../../support/pairs.ts";
import { beside } from "../../support/files.ts";

type Operation = [name: string, argument: unknown];

interface Case {
  type: "SOCK_STREAM" | "SOCK_SEQPACKET";
  mode: FileMode;
  buffering: number;
  packets?: string[];
  encoding?: string;
  errors?: TextOptions["errors"];
  newline?: TextOptions["newline"];
  operations: Operation[];
}

const script = beside("interop/makefile.py");

async function python(cases: Case[]): Promise<unknown[][]> {
  const child = new Deno.Command("python3", {
    args: [script],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const [output] = await Promise.all([
    child.output(),
    new Blob([JSON.stringify(cases)]).stream().pipeTo(child.stdin),
  ]);
  return JSON.parse(text(output.stdout));
}

const latin1 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (c) => c.charCodeAt(0));
const text = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => String.fromCharCode(b)).join("");

/** Bytes as the Python program writes them into JSON. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `b:${text(value)}`;
  if (Array.isArray(value)) return value.map(plain);
  return value ?? null;
}

function operate(file: unknown, [name, argument]: Operation): unknown {
  const methods = file as Record<string, (argument: unknown) => unknown>;
  if (name === "readinto") {
    const buffer = new Uint8Array(argument as number);
    const count = methods.readinto(buffer) as number;
    return [count, buffer.slice(0, count)];
  }
  if (name === "iterate") return [...file as Iterable<unknown>];
  return methods[name](argument ?? undefined);
}

function received(sock: Socket<UnixAddress>): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (;;) {
    const data = sock.recv(65536);
    if (data.length === 0) return packets;
    packets.push(data);
  }
}

function run(one: Case): unknown[] {
  using pair = socketPair(AF_UNIX, socket[one.type]);
  const { a, b } = pair;
  if (one.packets !== undefined) {
    for (const packet of one.packets) b.send(latin1(packet));
    b.shutdown(SHUT_WR);
  }
  const { encoding, errors, newline } = one;
  const file = a.makefile(
    one.mode,
    one.buffering,
    one.mode.includes("b") ? {} : { encoding, errors, newline },
  );
  const results: unknown[] = [];
  for (const operation of one.operations) {
    try {
      const [name, argument] = operation;
      const binary = name.startsWith("write") && one.mode.includes("b");
      const bytes = Array.isArray(argument)
        ? argument.map(latin1)
        : binary && latin1(argument as string);
      results.push(plain(operate(file, binary ? [name, bytes] : operation)));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      results.push("ValueError");
      break;
    }
  }
  file.close();
  if (one.mode.includes("w")) {
    a.close();
    results.push(plain(received(b)));
  } else results.push(plain("newlines" in file ? file.newlines : null));
  return results;
}

// Our own generator, so that a failure can be repeated.
let state = 1;
function random(below: number): number {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >>> 8) % below;
}
const pick = <T>(from: readonly T[]): T => from[random(from.length)];
const many = <T>(most: number, make: () => T): T[] =>
  Array.from({ length: random(most + 1) }, make);

const lines = ["a", "bc", "\r", "\n", "\r\n", "\r\r", "\n\r", "def"];
const letters = ["é", "€", "😀", "\ufffd", "\ufeff", "𝒳y"]
  .map((c) => text(utf8(c)));
const wrong = [
  "\xff",
  "\xc3",
  "\xf0\x9f",
  "\xed\xa0\x80",
  "\xef",
  "\xef\xbf",
  "\x80",
  "\xf0\x80",
];
const newlines = [null, "", "\n", "\r", "\r\n"] as const;

/** Cuts bytes into packets at random places. */
function packets(bytes: string): string[] {
  const cut: string[] = [];
  while (bytes.length > 0) {
    const length = 1 + random(5);
    cut.push(bytes.slice(0, length));
    bytes = bytes.slice(length);
  }
  return cut;
}

function textCase(): Case {
  const encoding = pick([
    "utf-8",
    "UTF8",
    "latin-1",
    "ascii",
    "utf-16le",
    "shift_jis",
    "koi8-r",
  ]);
  const errors = pick<ErrorHandler>(
    encoding === "shift_jis"
      ? ["strict", "replace", "ignore"]
      : ["strict", "replace", "ignore", "backslashreplace", "surrogateescape"],
  );
  let parts = lines;
  if (/utf-?8/i.test(encoding)) {
    parts = [...lines, ...letters, ...random(3) === 0 ? wrong : []];
  } else if (encoding === "latin-1" || encoding === "koi8-r") {
    parts = [...lines, "\xe9", "\x80\xff"];
  } else if (encoding === "ascii") {
    parts = random(2) === 0 ? lines : [...lines, "\xe9"];
  } else if (encoding === "shift_jis") parts = [...lines, "\x93\xfa\x96{"];
  let bytes = many(14, () => pick(parts)).join("");
  if (encoding === "utf-16le") {
    bytes = Array.from(bytes, (c) => `${c}\0`).join("") +
      pick(["", "=\xd8\0\xde"]);
  }
  return {
    type: "SOCK_SEQPACKET",
    mode: pick(["r", ""]),
    buffering: pick([-1, 100]),
    packets: packets(bytes),
    encoding,
    errors,
    newline: pick(newlines),
    operations: [
      ...many(5, (): Operation =>
        pick<Operation>([
          ["readline", random(7) - 1],
          ["readline", null],
          ["read", random(6)],
          ["readlines", random(8) - 1],
        ])),
      pick<Operation>([["read", null], ["iterate", null], ["readlines", null]]),
    ],
  };
}

function binaryCase(): Case {
  const packet = random(2) === 0;
  const buffering = packet ? 100 : pick([-1, -1, 0, 1, 2, 5, 8192]);
  const bytes = many(20, () => pick([...lines, "\xff\0"])).join("");
  const operations: Operation[] = [
    ["readline", random(8) - 1],
    ["read", random(9) - (buffering === 0 ? 0 : 1)],
    ["readlines", random(12) - 1],
    ["readinto", random(9)],
  ];
  if (buffering < 0 && !packet) {
    operations.push(["read1", random(6)], ["read1", null], ["peek", null]);
    operations.push(["readline", null]);
  }
  return {
    type: packet ? "SOCK_SEQPACKET" : "SOCK_STREAM",
    mode: pick(["rb", "b"]),
    buffering,
    packets: packet ? packets(bytes) : bytes === "" ? [] : [bytes],
    operations: [...many(6, () => pick(operations)), ["iterate", null], [
      "read",
      null,
    ]],
  };
}

function writeCase(): Case {
  const binary = random(2) === 0;
  const buffering = binary ? pick([-1, 1, 2, 5, 20]) : -1;
  const encoding = pick(["utf-8", "latin-1", "ascii", "cp437", "utf-8-sig"]);
  const parts = [...lines, "é", "€", "😀", "\ud800", "\u00ff"];
  const word = (): string =>
    binary
      ? many(4, () => pick(lines)).join("") + "x"
      : many(4, () => pick(parts)).join("");
  return {
    type: "SOCK_SEQPACKET",
    mode: binary ? pick(["wb", "bw"]) : "w",
    buffering,
    encoding,
    errors: pick<ErrorHandler>([
      ...["strict", "replace", "ignore", "surrogateescape"] as const,
      ...["backslashreplace", "xmlcharrefreplace", "surrogatepass"] as const,
    ]),
    newline: pick(newlines),
    operations: many(7, () =>
      pick<Operation>([
        ["write", word()],
        ["writelines", many(3, word)],
        ["flush", null],
      ])),
  };
}

/** CPython reads all before it decodes, and notes no line ends before an error. */
function comparable({ mode }: Case, results: unknown[]): unknown[] {
  return !mode.includes("w") && results.at(-2) === "ValueError"
    ? results.slice(0, -1)
    : results;
}

const packetSockets = need(
  "Unix packet sockets",
  hasUnix &&
    succeeds(() =>
      socketPair(AF_UNIX, socket.SOCK_SEQPACKET)[Symbol.dispose]()
    ),
);

for (
  const [name, make] of Object.entries({
    "text read": textCase,
    "bytes read": binaryCase,
    "text and bytes written": writeCase,
  })
) {
  Deno.test(
    requires(`makefile(): ${name} as by CPython`, needs.python, packetSockets),
    async () => {
      const cases = Array.from({ length: 1500 }, make);
      const expected = await python(cases);
      cases.forEach((one, i) =>
        assertEquals(
          comparable(one, run(one)),
          comparable(one, expected[i]),
          JSON.stringify(one),
        )
      );
    },
  );
}
