/** Random cases for `makefile()`, and what this library makes of them. */

import { AF_UNIX, SHUT_WR } from "../../../constants/mod.ts";
import * as socket from "../../../constants/mod.ts";
import type { UnixAddress } from "../../../socket/address/types.ts";
import type { ErrorHandler } from "../../../socket/file/error_handler.ts";
import type { FileMode } from "../../../socket/file/raw.ts";
import type { TextOptions } from "../../../socket/file/makefile.ts";
import type { Socket } from "../../../socket/socket.ts";
import type { Random } from "../../stress/support/random.ts";
import { utf8 } from "../../support/bytes.ts";
import { socketPair } from "../../support/pairs.ts";

type Operation = [name: string, argument: unknown];

/** Operations on one file, and what it reads. */
export interface MakefileCase {
  type: "SOCK_STREAM" | "SOCK_SEQPACKET";
  mode: FileMode;
  buffering: number;
  packets?: string[];
  encoding?: string;
  errors?: TextOptions["errors"];
  newline?: TextOptions["newline"];
  operations: Operation[];
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

/** Runs a case. */
export function run(one: MakefileCase): unknown[] {
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

/** Makes the kinds of cases. */
export function makefileCases(
  random: Random,
): Record<string, () => MakefileCase> {
  const many = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: random.below(most + 1) }, make);

  /** Cuts bytes into packets at random places. */
  function packets(bytes: string): string[] {
    const cut: string[] = [];
    while (bytes.length > 0) {
      const length = 1 + random.below(5);
      cut.push(bytes.slice(0, length));
      bytes = bytes.slice(length);
    }
    return cut;
  }

  function textCase(): MakefileCase {
    const encoding = random.pick([
      "utf-8",
      "UTF8",
      "latin-1",
      "ascii",
      "utf-16le",
      "shift_jis",
      "koi8-r",
    ]);
    const errors = random.pick<ErrorHandler>(
      encoding === "shift_jis" ? ["strict", "replace", "ignore"] : [
        "strict",
        "replace",
        "ignore",
        "backslashreplace",
        "surrogateescape",
      ],
    );
    let parts = lines;
    if (/utf-?8/i.test(encoding)) {
      parts = [...lines, ...letters, ...random.below(3) === 0 ? wrong : []];
    } else if (encoding === "latin-1" || encoding === "koi8-r") {
      parts = [...lines, "\xe9", "\x80\xff"];
    } else if (encoding === "ascii") {
      parts = random.below(2) === 0 ? lines : [...lines, "\xe9"];
    } else if (encoding === "shift_jis") parts = [...lines, "\x93\xfa\x96{"];
    let bytes = many(14, () => random.pick(parts)).join("");
    if (encoding === "utf-16le") {
      bytes = Array.from(bytes, (c) => `${c}\0`).join("") +
        random.pick(["", "=\xd8\0\xde"]);
    }
    return {
      type: "SOCK_SEQPACKET",
      mode: random.pick(["r", ""]),
      buffering: random.pick([-1, 100]),
      packets: packets(bytes),
      encoding,
      errors,
      newline: random.pick(newlines),
      operations: [
        ...many(5, (): Operation =>
          random.pick<Operation>([
            ["readline", random.below(7) - 1],
            ["readline", null],
            ["read", random.below(6)],
            ["readlines", random.below(8) - 1],
          ])),
        random.pick<Operation>([["read", null], ["iterate", null], [
          "readlines",
          null,
        ]]),
      ],
    };
  }

  function binaryCase(): MakefileCase {
    const packet = random.below(2) === 0;
    const buffering = packet ? 100 : random.pick([-1, -1, 0, 1, 2, 5, 8192]);
    const bytes = many(20, () => random.pick([...lines, "\xff\0"])).join("");
    const operations: Operation[] = [
      ["readline", random.below(8) - 1],
      ["read", random.below(9) - (buffering === 0 ? 0 : 1)],
      ["readlines", random.below(12) - 1],
      ["readinto", random.below(9)],
    ];
    if (buffering < 0 && !packet) {
      operations.push(["read1", random.below(6)], ["read1", null], [
        "peek",
        null,
      ]);
      operations.push(["readline", null]);
    }
    return {
      type: packet ? "SOCK_SEQPACKET" : "SOCK_STREAM",
      mode: random.pick(["rb", "b"]),
      buffering,
      packets: packet ? packets(bytes) : bytes === "" ? [] : [bytes],
      operations: [
        ...many(6, () => random.pick(operations)),
        ["iterate", null],
        [
          "read",
          null,
        ],
      ],
    };
  }

  function writeCase(): MakefileCase {
    const binary = random.below(2) === 0;
    const buffering = binary ? random.pick([-1, 1, 2, 5, 20]) : -1;
    const encoding = random.pick([
      "utf-8",
      "latin-1",
      "ascii",
      "cp437",
      "utf-8-sig",
    ]);
    const parts = [...lines, "é", "€", "😀", "\ud800", "\u00ff"];
    const word = (): string =>
      binary
        ? many(4, () => random.pick(lines)).join("") + "x"
        : many(4, () => random.pick(parts)).join("");
    return {
      type: "SOCK_SEQPACKET",
      mode: binary ? random.pick(["wb", "bw"]) : "w",
      buffering,
      encoding,
      errors: random.pick<ErrorHandler>([
        ...["strict", "replace", "ignore", "surrogateescape"] as const,
        ...["backslashreplace", "xmlcharrefreplace", "surrogatepass"] as const,
      ]),
      newline: random.pick(newlines),
      operations: many(7, () =>
        random.pick<Operation>([
          ["write", word()],
          ["writelines", many(3, word)],
          ["flush", null],
        ])),
    };
  }

  return {
    "text read": textCase,
    "bytes read": binaryCase,
    "text and bytes written": writeCase,
  };
}

/** What of the results can be compared: CPython reads all before it decodes, and notes
 * no line ends before an error. */
export function comparable(
  { mode }: MakefileCase,
  results: unknown[],
): unknown[] {
  return !mode.includes("w") && results.at(-2) === "ValueError"
    ? results.slice(0, -1)
    : results;
}
