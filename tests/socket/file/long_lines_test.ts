/** What a long line or read costs: no more than as many bytes in short ones. */

import { assert, assertEquals } from "@std/assert";
import type { Bytes } from "../../../errors/arguments.ts";
import { BufferedReader } from "../../../socket/file/buffered.ts";
import type { Newline } from "../../../socket/file/newline.ts";
import { SocketIO } from "../../../socket/file/raw.ts";
import { TextIOWrapper } from "../../../socket/file/makefile.ts";
import { Socket } from "../../../socket/constructor.ts";
import { utf8 } from "../../support/bytes.ts";

/** Receives a line so many times, from memory. */
class Repeating extends Socket {
  readonly #line: Uint8Array;
  #left: number;

  constructor(line: Uint8Array, times: number) {
    super();
    this.#line = line;
    this.#left = line.length * times;
  }

  override recv_into(buffer: Bytes): number {
    const line = this.#line;
    const start = (line.length - this.#left % line.length) % line.length;
    const room = (buffer as Uint8Array).length;
    const part = line.subarray(start, start + Math.min(room, this.#left));
    (buffer as Uint8Array).set(part);
    this.#left -= part.length;
    return part.length;
  }
}

/** A way to read a line of so many characters, or of bytes. */
type Read = (length: number) => ArrayLike<unknown> | null;

const text = (raw: SocketIO, newline?: Newline): TextIOWrapper =>
  new TextIOWrapper(new BufferedReader(raw), { newline });

const ways: Record<string, [filler: string, (raw: SocketIO) => Read]> = {
  "readline() of text": ["x", (raw) => {
    const file = text(raw);
    return () => file.readline();
  }],
  'readline() of text with newline ""': ["x", (raw) => {
    const file = text(raw, "");
    return () => file.readline();
  }],
  'readline() of text with newline "\\r\\n"': ["\r", (raw) => {
    const file = text(raw, "\r\n");
    return () => file.readline();
  }],
  "readline(size) of text": ["\u{1f600}", (raw) => {
    const file = text(raw, "");
    return (length) => file.readline(length);
  }],
  "read(size) of text": ["\u{1f600}", (raw) => {
    const file = text(raw, "\r\n");
    return (length) => file.read(length);
  }],
  "readline() of bytes": ["x", (raw) => {
    const file = new BufferedReader(raw);
    return () => file.readline();
  }],
  "read(size) of bytes": ["x", (raw) => {
    const file = new BufferedReader(raw, 1);
    return (length) => file.read(length);
  }],
};

const BYTES = 1 << 23;
const LINES = 16;
/** Where the cost of a line grows with its square, the long one takes 16 times as long. */
const BOUND = 5;

/** Reads {@linkcode BYTES} as so many lines, and returns how long that took. */
function milliseconds(
  lines: number,
  filler: string,
  way: (raw: SocketIO) => Read,
): number {
  const fillers = BYTES / lines / utf8(filler).length - 2;
  const line = utf8(`${filler.repeat(fillers)}\r\n`);
  using socket = new Repeating(line, lines);
  using raw = new SocketIO(socket, "r");
  const read = way(raw);
  const start = performance.now();
  let count = 0;
  while (read(fillers + 2)?.length) count++;
  const took = performance.now() - start;
  assertEquals(count, lines);
  return took;
}

for (const [name, [filler, way]] of Object.entries(ways)) {
  Deno.test(`${name} costs in proportion to the length`, () => {
    let ratio = Infinity;
    for (let tries = 0; tries < 5 && ratio > BOUND; tries++) {
      const short = milliseconds(LINES, filler, way);
      ratio = Math.min(ratio, milliseconds(1, filler, way) / short);
    }
    assert(ratio <= BOUND, `a long line takes ${ratio} times as long`);
  });
}
