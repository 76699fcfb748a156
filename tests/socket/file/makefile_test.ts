/** `makefile()`: its classes, reading, writing, closing, and what it refuses. */

import { inspect } from "node:util";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SHUT_WR, SO_SNDBUF, SOL_SOCKET } from "../../../constants/mod.ts";
import type { UnixAddress } from "../../../socket/address/types.ts";
import {
  BlockingIOError,
  BrokenPipeError,
  E_BAD_SOCKET,
  OSError,
  TimeoutError,
} from "../../../errors/errors.ts";
import {
  type IOBase,
  UnsupportedOperation,
} from "../../../socket/file/base.ts";
import {
  BufferedReader,
  BufferedRWPair,
  BufferedWriter,
} from "../../../socket/file/buffered.ts";
import { SocketIO } from "../../../socket/file/raw.ts";
import { TextIOWrapper } from "../../../socket/file/makefile.ts";
import type { Socket } from "../../../socket/constructor.ts";
import { text, utf8 } from "../../support/bytes.ts";
import { socketPair } from "../../support/pairs.ts";

/** Checks that the other end of a socket is closed. */
function assertEnds(socket: Socket<UnixAddress>): void {
  // Not at once: a child that another test is starting has a copy of each descriptor until it runs
  // its program.
  socket.settimeout(10);
  assertEquals(socket.recv(1).length, 0);
}

/** Checks that the other end of a socket is open, and has sent nothing. */
function assertLasts(socket: Socket<UnixAddress>): void {
  socket.settimeout(0);
  assertThrows(() => socket.recv(1), BlockingIOError);
}

Deno.test(
  "makefile() gives the class that mode and buffering choose",
  () => {
    using pair = socketPair();
    const { a } = pair;
    // The compiler checks the annotations.
    const files: [text: TextIOWrapper, ...TextIOWrapper[]] = [
      a.makefile(),
      a.makefile("r"),
      a.makefile("w", 100),
      a.makefile("rw", -1, { newline: "" }),
    ];
    for (const file of files) {
      assertStrictEquals(file.constructor, TextIOWrapper);
    }
    const raw: SocketIO = a.makefile("rwb", 0);
    assertStrictEquals(raw.constructor, SocketIO);
    const reader: BufferedReader = a.makefile("b");
    assertStrictEquals(reader.constructor, BufferedReader);
    const writer: BufferedWriter = a.makefile("wb", 10);
    assertStrictEquals(writer.constructor, BufferedWriter);
    const both: BufferedRWPair = a.makefile("brw", null);
    assertStrictEquals(both.constructor, BufferedRWPair);
    const size: number = a.fileno() * 0;
    const either: SocketIO | BufferedReader = a.makefile("rb", size);
    assertStrictEquals(either.constructor, SocketIO);
    for (const file of [...files, raw, reader, writer, both, either]) {
      assertEquals(file.name, a.fileno());
      assertEquals(file.fileno(), a.fileno());
      assertEquals(file.seekable(), false);
      file.close();
      assertEquals(file.name, -1);
    }
  },
);

Deno.test(
  "makefile() tells mode, encoding and what the file can do",
  () => {
    using pair = socketPair();
    const { a } = pair;
    const facts = (["r", "w", "rw", "rb", "wb", "rwb"] as const).map((mode) => {
      using file = a.makefile(mode);
      return [mode, file.mode, file.readable(), file.writable()];
    });
    assertEquals(facts, [
      ["r", "r", true, false],
      ["w", "w", false, true],
      ["rw", "rw", true, true],
      ["rb", "rb", true, false],
      ["wb", "wb", false, true],
      ["rwb", "rwb", true, true],
    ]);
    using text = a.makefile("r", null, {
      encoding: "Latin-1",
      errors: "ignore",
    });
    assertEquals([text.encoding, text.errors, text.newlines], [
      "Latin-1",
      "ignore",
      null,
    ]);
    assertInstanceOf(text.buffer, BufferedReader);
  },
);

Deno.test(
  "makefile() refuses bad arguments and leaves the socket as it was",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    const make = a.makefile.bind(a) as (...args: unknown[]) => unknown;
    assertThrows(() => make("a"), RangeError, 'invalid mode "a"');
    assertThrows(() => make(1), TypeError, "mode must be a string");
    assertThrows(
      () => make("r", 0),
      RangeError,
      "unbuffered streams must be binary",
    );
    assertThrows(() => make("r", 1.5), TypeError, "buffering");
    assertThrows(() => make("r", "x"), TypeError, "buffering");
    assertThrows(
      () => make("r", null, { newline: "x" }),
      RangeError,
      "newline",
    );
    assertThrows(() => make("r", null, { newline: 1 }), TypeError, "newline");
    assertThrows(() => make("r", null, { errors: "x" }), RangeError, "errors");
    assertThrows(() => make("r", null, { errors: 1 }), TypeError, "errors");
    assertThrows(() => make("r", null, { encoding: 1 }), TypeError, "encoding");
    assertThrows(
      () => make("r", null, { encoding: "x" }),
      RangeError,
      "unknown encoding",
    );
    assertThrows(
      () => make("r", null, { encoding: "constructor" }),
      RangeError,
    );
    assertThrows(
      () => make("w", null, { encoding: "shift_jis" }),
      RangeError,
      "can only be read",
    );
    a.close();
    assertEquals(a.fileno(), -1);
    assertEnds(b);
  },
);

Deno.test(
  "files of bytes ignore encoding, errors and newline, as CPython's",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    const options = { encoding: "x", errors: 1, newline: "y" } as never;
    using writer = a.makefile("wb", -1, options);
    using raw = a.makefile("wb", 0, options);
    using reader = b.makefile("rb", -1, options);
    using both = b.makefile("rwb", -1, options);
    assertEquals([raw, both].map((file) => file.mode), ["wb", "rwb"]);
    writer.write(utf8("\r\n"));
    writer.flush();
    assertEquals(text(reader.read(2)!), "\r\n");
  },
);

Deno.test(
  "the descriptor closes with the last of the socket and its files",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    const [reader, writer] = [a.makefile("rb"), a.makefile("wb")];
    a.close();
    a.close();
    assert(a.fileno() >= 0);
    assert(Deno.inspect(a).includes("[closed]"));
    b.sendall(utf8("in\n"));
    assertEquals(text(reader.readline()), "in\n");
    reader.close();
    reader.close();
    writer.write(utf8("out\n"));
    writer.flush();
    assertEquals(text(b.recv(10)), "out\n");
    assertLasts(b);
    writer.close();
    assertEquals(a.fileno(), -1);
    assertEnds(b);
  },
);

Deno.test(
  "closing the files leaves the socket open",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    {
      using file = a.makefile("w");
      file.write("flushed by using");
    }
    assertEquals(text(b.recv(100)), "flushed by using");
    a.send(utf8("!"));
    assertEquals(text(b.recv(100)), "!");
  },
);

Deno.test(
  "a file of a detached socket fails, and does not close its descriptor",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    const file = a.makefile("rb");
    const fd = a.detach();
    assertEquals(assertThrows(() => file.read(1), OSError).errno, E_BAD_SOCKET);
    file.close();
    assertLasts(b);
    using own = socketOf(a, fd);
    own.close();
    assertEnds(b);
  },
);

/** A socket of the same class for another descriptor. */
function socketOf(like: Socket<UnixAddress>, fd: number): Socket<UnixAddress> {
  const { family, type, proto } = like;
  return new (like.constructor as typeof Socket)(family, type, proto, fd);
}

Deno.test(
  "a closed file refuses every operation",
  () => {
    using pair = socketPair();
    const { a } = pair;
    const [text, bytes, raw] = [
      a.makefile("rw"),
      a.makefile("rwb"),
      a.makefile("rwb", 0),
    ];
    for (const file of [text, bytes, raw]) {
      file.close();
      assert(file.closed);
      const data = (file === text ? "x" : utf8("x")) as
        & string
        & Uint8Array<ArrayBuffer>;
      for (
        const operation of [
          () => file.read(),
          () => file.read(0),
          () => file.readline(),
          () => file.readlines(),
          () => [...file],
          () => file.write(data),
          () => file.writelines([data]),
          () => file.flush(),
          () => file.fileno(),
          () => file.readable(),
          () => file.writable(),
          () => file.seekable(),
        ]
      ) assertThrows(operation, RangeError, "I/O operation on closed file");
    }
    assertThrows(() => bytes.peek(), RangeError, "closed file");
    assertThrows(() => bytes.read1(), RangeError, "closed file");
    assertThrows(
      () => bytes.readinto(new Uint8Array(1)),
      RangeError,
      "closed file",
    );
    assertThrows(
      () => raw.readinto(new Uint8Array(1)),
      RangeError,
      "closed file",
    );
  },
);

Deno.test(
  "a file refuses what its mode does not allow",
  () => {
    using pair = socketPair();
    const { a } = pair;
    using reader = a.makefile("r");
    using writer = a.makefile("w");
    using rawReader = a.makefile("rb", 0);
    using rawWriter = a.makefile("wb", 0);
    assertThrows(() => reader.write("x"), UnsupportedOperation, "not writable");
    assertThrows(() => writer.read(), UnsupportedOperation, "not readable");
    assertThrows(() => writer.readline(), OSError, "not readable");
    assertThrows(() => [...writer], UnsupportedOperation, "not readable");
    assertThrows(
      () => rawReader.write(utf8("x")),
      UnsupportedOperation,
      "not writable",
    );
    assertThrows(() => rawWriter.read(1), UnsupportedOperation, "not readable");
    assertThrows(
      () => writer.write(utf8("x") as unknown as string),
      TypeError,
      "text must be a string",
    );
    using binary = a.makefile("wb");
    assertThrows(
      () => binary.write("x" as unknown as Uint8Array),
      TypeError,
      "data must be bytes",
    );
    assertThrows(() => reader.read(1.5), TypeError, "size must be an integer");
    using bytes = a.makefile("rb");
    assertThrows(() => bytes.read(-2), RangeError, "size");
  },
);

Deno.test(
  "a timeout makes a file unreadable, but what it holds can be read and it can be written",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    a.settimeout(0.01);
    using file = a.makefile("rwb");
    b.sendall(utf8("line\npart"));
    assertEquals(text(file.readline()), "line\n");
    assertThrows(() => file.readline(), TimeoutError, "timed out");
    b.sendall(utf8(" and rest\n"));
    assertThrows(
      () => file.readline(),
      OSError,
      "cannot read from timed out object",
    );
    assertEquals(text(file.read(4)!), "part");
    file.write(utf8("still writable"));
    file.flush();
    assertEquals(text(b.recv(100)), "still writable");
    using another = a.makefile();
    assertEquals(another.readline(), " and rest\n");
  },
);

Deno.test(
  "reading a non-blocking socket gives null, or what is there",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    a.setblocking(false);
    using raw = a.makefile("rb", 0);
    using file = a.makefile("rb");
    assertEquals(raw.readinto(new Uint8Array(4)), null);
    assertEquals([raw.read(4), raw.read(), raw.readall()], [null, null, null]);
    assertEquals([file.read(4), file.read(), file.read1()], [null, null, null]);
    assertEquals(file.readinto(new Uint8Array(4)), null);
    assertEquals(file.readinto1(new Uint8Array(4)), null);
    assertEquals(file.peek().length + file.readline().length, 0);
    b.sendall(utf8("ab"));
    assertEquals(text(file.read(4)!), "ab");
    b.sendall(utf8("cd"));
    assertEquals(text(raw.read()!), "cd");
    b.sendall(utf8("ef"));
    assertEquals(text(file.readline()), "ef");
  },
);

Deno.test(
  "text of a non-blocking socket waits for its rest without losing the start",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    a.setblocking(false);
    using file = a.makefile();
    b.sendall(utf8("caf\u00e9").subarray(0, 4));
    assertThrows(() => file.readline(), BlockingIOError);
    assertThrows(() => file.read(4), BlockingIOError);
    b.sendall(utf8("caf\u00e9\n").subarray(4));
    assertEquals(file.readline(), "caf\u00e9\n");
  },
);

Deno.test(
  "a buffered writer on a full non-blocking socket tells what it took, and flushes later",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    a.setblocking(false);
    a.setsockopt(SOL_SOCKET, SO_SNDBUF, 4096);
    using raw = a.makefile("wb", 0);
    const file = a.makefile("wb", 100);
    const filler = new Uint8Array(1 << 20);
    let sent = 0;
    for (let count; (count = raw.write(filler)) !== null;) sent += count;
    assertThrows(() => raw.writelines([filler]), BlockingIOError);

    assertEquals(file.write(filler.subarray(0, 60)), 60);
    const error = assertThrows(
      () => file.write(filler.subarray(0, 60)),
      BlockingIOError,
    );
    assertEquals(error.characters_written, 40);
    assertThrows(() => file.flush(), BlockingIOError);
    drain(b, sent);
    a.settimeout(10);
    file.flush();
    drain(b, 100);
    assertLasts(b);
    file.close();
  },
);

/** Receives the bytes that are there or on their way. */
function drain(socket: Socket<UnixAddress>, count: number): void {
  socket.settimeout(10);
  using file = socket.makefile("rb");
  assertEquals(file.read(count)?.length, count);
}

Deno.test(
  "a file that cannot be flushed is closed all the same",
  () => {
    using pair = socketPair();
    const { a } = pair;
    const file = a.makefile("w");
    file.write("lost");
    a.shutdown(SHUT_WR);
    a.close();
    assertThrows(() => file.close(), BrokenPipeError);
    assert(file.closed);
    assertEquals(a.fileno(), -1);
    file.close();
  },
);

Deno.test("a block whose flush or write failed ends with that error, as in Python", () => {
  const files = [
    (a: Socket<UnixAddress>) => a.makefile("wb"),
    (a: Socket<UnixAddress>) => a.makefile("rwb"),
    (a: Socket<UnixAddress>) => a.makefile("w"),
    (a: Socket<UnixAddress>) => a.makefile("rw"),
  ];
  for (const make of files) {
    using pair = socketPair();
    const { a } = pair;
    using other = a.makefile("r"); // keeps the descriptor open
    a.shutdown(SHUT_WR);
    const isText = make === files[2] || make === files[3];
    const data = (isText ? "lost" : utf8("lost")) as never;
    assertThrows(() => {
      using file = make(a);
      file.write(data);
      file.flush();
    }, BrokenPipeError);
    assertThrows(() => {
      using file = make(a);
      for (let n = 0; n < 10_000; n++) file.write(data);
    }, BrokenPipeError);
    // Nothing has failed before the end of the block, or not since the last write.
    assertThrows(() => {
      using file = make(a);
      file.write(data);
    }, BrokenPipeError);
    assertThrows(() => {
      using file = make(a);
      file.write(data);
      assertThrows(() => file.flush(), BrokenPipeError);
      file.write(data);
    }, BrokenPipeError);
    const file = make(a);
    file.write(data);
    assertThrows(() => file.flush(), BrokenPipeError);
    assertThrows(() => file.close(), BrokenPipeError);
    assert(file.closed && !other.closed);
  }
});

Deno.test(
  "writing text does not lose what was received and not yet read",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    using file = a.makefile("rw");
    b.sendall(utf8("one\ntwo\n"));
    assertEquals(file.readline(), "one\n");
    file.write("answer\n");
    file.flush();
    assertEquals(file.readline(), "two\n");
    assertEquals(text(b.recv(100)), "answer\n");
  },
);

Deno.test(
  "lines longer than the buffer are read whole",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    const long = `${"x".repeat(100_000)}\n`;
    b.sendall(utf8(`${long}short\n`));
    using bytes = a.makefile("rb", 16);
    assertEquals(text(bytes.readline()), long);
    assertEquals(text(bytes.readline()), "short\n");
    b.sendall(utf8(long));
    using lines = a.makefile("r", 16);
    assertEquals(lines.readline(), long);
  },
);

Deno.test(
  "reads fill any buffer, and results are the caller's own",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    using file = a.makefile("rb");
    b.sendall(utf8("abcdefghij"));
    const memory = new Uint8Array(8);
    assertEquals(file.readinto(new DataView(memory.buffer, 2, 3)), 3);
    assertEquals(text(memory), "\0\0abc\0\0\0");
    const peeked = file.peek();
    assertEquals(text(peeked), "defghij");
    peeked.fill(0);
    assertEquals(file.readinto1(memory), 7);
    assertEquals(text(memory), "defghij\0");
    b.sendall(utf8("k"));
    assertEquals(text(file.read1(0)!), "");
    assertEquals(text(file.read1()!), "k");
  },
);

Deno.test(
  "newlines tells the ends of lines met",
  () => {
    using pair = socketPair();
    const { a, b } = pair;
    using file = a.makefile();
    const steps: unknown[] = [file.newlines];
    for (const line of ["a\n", "b\r\nc", "d\re"]) {
      b.sendall(utf8(line));
      file.readline();
      steps.push(file.newlines);
    }
    assertEquals(steps, [null, "\n", ["\n", "\r\n"], ["\r", "\n", "\r\n"]]);
  },
);

Deno.test("console.log shows a file's descriptor, its mode and whether it is closed", () => {
  using pair = socketPair();
  const { a } = pair;
  const fd = a.fileno();
  const shown: [IOBase, string, string][] = [
    [a.makefile("rb", 0), "SocketIO", "mode=rb"],
    [a.makefile("rwb", 0), "SocketIO", "mode=rwb"],
    [a.makefile("rb"), "BufferedReader", "mode=rb"],
    [a.makefile("wb"), "BufferedWriter", "mode=wb"],
    [a.makefile("rwb"), "BufferedRWPair", "mode=rwb"],
    [a.makefile(), "TextIOWrapper", "mode=r, encoding=utf-8"],
    [
      a.makefile("rw", -1, { encoding: "L1" }),
      "TextIOWrapper",
      "mode=rw, encoding=L1",
    ],
  ];
  for (const [file, name, rest] of shown) {
    const text = `<${name} fd=${fd}, ${rest}>`;
    assertEquals(Deno.inspect(file), text);
    assertEquals(inspect(file), text);
    assertEquals(Deno.inspect({ file }), `{ file: ${text} }`);
    file.close();
    assertEquals(inspect(file), `<${name} [closed] fd=-1, ${rest}>`);
    const { prototype } = file.constructor;
    assertEquals(inspect(prototype), `${name} {}`);
  }
  class OwnFile extends SocketIO {}
  using own = new OwnFile(a, "r");
  assertEquals(Deno.inspect(own), `<OwnFile fd=${fd}, mode=rb>`);
});

Deno.test("an unbuffered file takes memory for what a recv() may return, not for more", () => {
  using pair = socketPair();
  using file = pair.a.makefile("rb", 0) as SocketIO;
  pair.b.sendall(new Uint8Array(10).fill(7));
  assertEquals(file.read(Number.MAX_SAFE_INTEGER), new Uint8Array(10).fill(7));
});
