import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SHUT_WR, SO_SNDBUF, SOL_SOCKET } from "../../../constants/mod.ts";
import type { UnixAddress } from "../../../socket/address/types.ts";
import { socketpair } from "../../../socket/descriptors.ts";
import {
  BlockingIOError,
  BrokenPipeError,
  OSError,
  TimeoutError,
} from "../../../errors/errors.ts";
import { UnsupportedOperation } from "../../../socket/file/base.ts";
import { BufferedRWPair } from "../../../socket/file/buffered_pair.ts";
import { BufferedReader } from "../../../socket/file/buffered_reader.ts";
import { BufferedWriter } from "../../../socket/file/buffered_writer.ts";
import { SocketIO } from "../../../socket/file/raw.ts";
import { TextIOWrapper } from "../../../socket/file/text.ts";
import { E_BAD_SOCKET } from "../../../errors/errno.ts";
import type { Socket } from "../../../socket/socket.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes!);

/** Runs a test with two connected sockets. */
function connected(
  test: (near: Socket<UnixAddress>, far: Socket<UnixAddress>) => void,
): () => void {
  return () => {
    const [near, far] = socketpair();
    using _near = near;
    using _far = far;
    test(near, far);
  };
}

/** Sees the other end of a socket closed. */
function assertEnds(socket: Socket<UnixAddress>): void {
  // Not at once: a process that another test is starting has a copy of each descriptor, until it
  // becomes its program.
  socket.settimeout(10);
  assertEquals(socket.recv(1).length, 0);
}

/** Sees the other end of a socket open, with nothing sent. */
function assertLasts(socket: Socket<UnixAddress>): void {
  socket.settimeout(0);
  assertThrows(() => socket.recv(1), BlockingIOError);
}

Deno.test(
  "makefile() gives the class that mode and buffering choose",
  connected((near) => {
    // The annotations are checked by the compiler.
    const files: [text: TextIOWrapper, ...TextIOWrapper[]] = [
      near.makefile(),
      near.makefile("r"),
      near.makefile("w", 100),
      near.makefile("rw", -1, { newline: "" }),
    ];
    for (const file of files) {
      assertStrictEquals(file.constructor, TextIOWrapper);
    }
    const raw: SocketIO = near.makefile("rwb", 0);
    assertStrictEquals(raw.constructor, SocketIO);
    const reader: BufferedReader = near.makefile("b");
    assertStrictEquals(reader.constructor, BufferedReader);
    const writer: BufferedWriter = near.makefile("wb", 10);
    assertStrictEquals(writer.constructor, BufferedWriter);
    const pair: BufferedRWPair = near.makefile("brw", null);
    assertStrictEquals(pair.constructor, BufferedRWPair);
    const size: number = near.fileno() * 0;
    const either: SocketIO | BufferedReader = near.makefile("rb", size);
    assertStrictEquals(either.constructor, SocketIO);
    for (const file of [...files, raw, reader, writer, pair, either]) {
      assertEquals(file.name, near.fileno());
      assertEquals(file.fileno(), near.fileno());
      assertEquals(file.seekable(), false);
      file.close();
      assertEquals(file.name, -1);
    }
  }),
);

Deno.test(
  "makefile() tells mode, encoding and what the file can do",
  connected((near) => {
    const facts = (["r", "w", "rw", "rb", "wb", "rwb"] as const).map((mode) => {
      using file = near.makefile(mode);
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
    using text = near.makefile("r", null, {
      encoding: "Latin-1",
      errors: "ignore",
    });
    assertEquals([text.encoding, text.errors, text.newlines], [
      "Latin-1",
      "ignore",
      null,
    ]);
    assertInstanceOf(text.buffer, BufferedReader);
  }),
);

Deno.test(
  "makefile() refuses bad arguments and leaves the socket as it was",
  connected((near, far) => {
    const make = near.makefile.bind(near) as (...args: unknown[]) => unknown;
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
      () => make("w", null, { encoding: "koi8-r" }),
      RangeError,
      "can be written",
    );
    assertThrows(
      () => make("rb", null, { encoding: "ascii" }),
      RangeError,
      "binary mode",
    );
    assertThrows(
      () => make("rb", null, { newline: "" }),
      RangeError,
      "binary mode",
    );
    near.close();
    assertEquals(near.fileno(), -1);
    assertEnds(far);
  }),
);

Deno.test(
  "the descriptor closes with the last of the socket and its files",
  connected((near, far) => {
    const [reader, writer] = [near.makefile("rb"), near.makefile("wb")];
    near.close();
    near.close();
    assert(near.fileno() >= 0);
    assert(Deno.inspect(near).includes("[closed]"));
    far.sendall(encode("in\n"));
    assertEquals(decode(reader.readline()), "in\n");
    reader.close();
    reader.close();
    writer.write(encode("out\n"));
    writer.flush();
    assertEquals(decode(far.recv(10)), "out\n");
    assertLasts(far);
    writer.close();
    assertEquals(near.fileno(), -1);
    assertEnds(far);
  }),
);

Deno.test(
  "closing the files leaves the socket open",
  connected((near, far) => {
    {
      using file = near.makefile("w");
      file.write("flushed by using");
    }
    assertEquals(decode(far.recv(100)), "flushed by using");
    near.send(encode("!"));
    assertEquals(decode(far.recv(100)), "!");
  }),
);

Deno.test(
  "a file of a detached socket fails, and does not close its descriptor",
  connected((near, far) => {
    const file = near.makefile("rb");
    const fd = near.detach();
    assertEquals(assertThrows(() => file.read(1), OSError).errno, E_BAD_SOCKET);
    file.close();
    assertLasts(far);
    using own = socketOf(near, fd);
    own.close();
    assertEnds(far);
  }),
);

/** A socket of the same class for another descriptor. */
function socketOf(like: Socket<UnixAddress>, fd: number): Socket<UnixAddress> {
  const { family, type, proto } = like;
  return new (like.constructor as typeof Socket)(family, type, proto, fd);
}

Deno.test(
  "a closed file refuses every operation",
  connected((near) => {
    const [text, bytes, raw] = [
      near.makefile("rw"),
      near.makefile("rwb"),
      near.makefile("rwb", 0),
    ];
    for (const file of [text, bytes, raw]) {
      file.close();
      assert(file.closed);
      const data = (file === text ? "x" : encode("x")) as
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
  }),
);

Deno.test(
  "a file refuses what its mode does not allow",
  connected((near) => {
    using reader = near.makefile("r");
    using writer = near.makefile("w");
    using rawReader = near.makefile("rb", 0);
    using rawWriter = near.makefile("wb", 0);
    assertThrows(() => reader.write("x"), UnsupportedOperation, "not writable");
    assertThrows(() => writer.read(), UnsupportedOperation, "not readable");
    assertThrows(() => writer.readline(), OSError, "not readable");
    assertThrows(() => [...writer], UnsupportedOperation, "not readable");
    assertThrows(
      () => rawReader.write(encode("x")),
      UnsupportedOperation,
      "not writable",
    );
    assertThrows(() => rawWriter.read(1), UnsupportedOperation, "not readable");
    assertThrows(
      () => writer.write(encode("x") as unknown as string),
      TypeError,
      "text must be a string",
    );
    using binary = near.makefile("wb");
    assertThrows(
      () => binary.write("x" as unknown as Uint8Array),
      TypeError,
      "data must be bytes",
    );
    assertThrows(() => reader.read(1.5), TypeError, "size must be an integer");
    using bytes = near.makefile("rb");
    assertThrows(() => bytes.read(-2), RangeError, "size");
  }),
);

Deno.test(
  "a timeout makes a file unreadable, but what it holds can be read and it can be written",
  connected((near, far) => {
    near.settimeout(0.01);
    using file = near.makefile("rwb");
    far.sendall(encode("line\npart"));
    assertEquals(decode(file.readline()), "line\n");
    assertThrows(() => file.readline(), TimeoutError, "timed out");
    far.sendall(encode(" and rest\n"));
    assertThrows(
      () => file.readline(),
      OSError,
      "cannot read from timed out object",
    );
    assertEquals(decode(file.read(4)), "part");
    file.write(encode("still writable"));
    file.flush();
    assertEquals(decode(far.recv(100)), "still writable");
    using another = near.makefile();
    assertEquals(another.readline(), " and rest\n");
  }),
);

Deno.test(
  "reading a non-blocking socket gives null, or what is there",
  connected((near, far) => {
    near.setblocking(false);
    using raw = near.makefile("rb", 0);
    using file = near.makefile("rb");
    assertEquals(raw.readinto(new Uint8Array(4)), null);
    assertEquals([raw.read(4), raw.read(), raw.readall()], [null, null, null]);
    assertEquals([file.read(4), file.read(), file.read1()], [null, null, null]);
    assertEquals(file.readinto(new Uint8Array(4)), null);
    assertEquals(file.readinto1(new Uint8Array(4)), null);
    assertEquals(file.peek().length + file.readline().length, 0);
    far.sendall(encode("ab"));
    assertEquals(decode(file.read(4)), "ab");
    far.sendall(encode("cd"));
    assertEquals(decode(raw.read()), "cd");
    far.sendall(encode("ef"));
    assertEquals(decode(file.readline()), "ef");
  }),
);

Deno.test(
  "text of a non-blocking socket waits for its rest without losing the start",
  connected((near, far) => {
    near.setblocking(false);
    using file = near.makefile();
    far.sendall(encode("caf\u00e9").subarray(0, 4));
    assertThrows(() => file.readline(), BlockingIOError);
    assertThrows(() => file.read(4), BlockingIOError);
    far.sendall(encode("caf\u00e9\n").subarray(4));
    assertEquals(file.readline(), "caf\u00e9\n");
  }),
);

Deno.test(
  "a buffered writer on a full non-blocking socket tells what it took, and flushes later",
  connected((near, far) => {
    near.setblocking(false);
    near.setsockopt(SOL_SOCKET, SO_SNDBUF, 4096);
    using raw = near.makefile("wb", 0);
    const file = near.makefile("wb", 100);
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
    drain(far, sent);
    near.settimeout(10);
    file.flush();
    drain(far, 100);
    assertLasts(far);
    file.close();
  }),
);

/** Receives as many bytes as are there, or on their way. */
function drain(socket: Socket<UnixAddress>, count: number): void {
  socket.settimeout(10);
  using file = socket.makefile("rb");
  assertEquals(file.read(count)?.length, count);
}

Deno.test(
  "a file that cannot be flushed is closed all the same",
  connected((near) => {
    const file = near.makefile("w");
    file.write("lost");
    near.shutdown(SHUT_WR);
    near.close();
    assertThrows(() => file.close(), BrokenPipeError);
    assert(file.closed);
    assertEquals(near.fileno(), -1);
    file.close();
  }),
);

Deno.test(
  "writing text does not lose what was received and not yet read",
  connected((near, far) => {
    using file = near.makefile("rw");
    far.sendall(encode("one\ntwo\n"));
    assertEquals(file.readline(), "one\n");
    file.write("answer\n");
    file.flush();
    assertEquals(file.readline(), "two\n");
    assertEquals(decode(far.recv(100)), "answer\n");
  }),
);

Deno.test(
  "lines longer than the buffer are read whole",
  connected((near, far) => {
    const long = `${"x".repeat(100_000)}\n`;
    far.sendall(encode(`${long}short\n`));
    using bytes = near.makefile("rb", 16);
    assertEquals(decode(bytes.readline()), long);
    assertEquals(decode(bytes.readline()), "short\n");
    far.sendall(encode(long));
    using text = near.makefile("r", 16);
    assertEquals(text.readline(), long);
  }),
);

Deno.test(
  "reads fill any buffer, and results are the caller's own",
  connected((near, far) => {
    using file = near.makefile("rb");
    far.sendall(encode("abcdefghij"));
    const memory = new Uint8Array(8);
    assertEquals(file.readinto(new DataView(memory.buffer, 2, 3)), 3);
    assertEquals(decode(memory), "\0\0abc\0\0\0");
    const peeked = file.peek();
    assertEquals(decode(peeked), "defghij");
    peeked.fill(0);
    assertEquals(file.readinto1(memory), 7);
    assertEquals(decode(memory), "defghij\0");
    far.sendall(encode("k"));
    assertEquals(decode(file.read1(0)), "");
    assertEquals(decode(file.read1()), "k");
  }),
);

Deno.test(
  "newlines tells the ends of lines met",
  connected((near, far) => {
    using file = near.makefile();
    const steps: unknown[] = [file.newlines];
    for (const line of ["a\n", "b\r\nc", "d\re"]) {
      far.sendall(encode(line));
      file.readline();
      steps.push(file.newlines);
    }
    assertEquals(steps, [null, "\n", ["\n", "\r\n"], ["\r", "\n", "\r\n"]]);
  }),
);
