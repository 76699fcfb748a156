/** `sendfile()`: from files of every kind, the position it leaves, and its errors. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { closeSync, openSync, readSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
  MSG_WAITALL,
  SHUT_WR,
  SO_RCVBUF,
  SO_SNDBUF,
  SOL_SOCKET,
} from "../../../constants/mod.ts";
import { errno as E } from "../../../constants/lookup.ts";
import { sendfileOf, type SendfileSymbols } from "../../../ffi/descriptor.ts";
import { handleOf, Pending } from "../../../socket/operations/attempt.ts";
import {
  BrokenPipeError,
  E_BAD_SOCKET,
  FileNotFoundError,
  OSError,
  TimeoutError,
} from "../../../errors/errors.ts";
import {
  type FileToSend,
  fileTransfer,
  type ReadableFile,
} from "../../../socket/operations/sendfile.ts";
import type { Socket } from "../../../socket/constructor.ts";
import type { UnixAddress } from "../../../socket/address/types.ts";
import { text, utf8 } from "../../support/bytes.ts";
import { exists, temporaryFolder } from "../../support/files.ts";
import { isPosix, need, needs, requires } from "../../support/requires.ts";
import { asyncSocketPair, socketPair, udpPair } from "../../support/pairs.ts";
import { descriptorsTo } from "../../support/descriptors.ts";

const small = utf8("0123456789");
/** More than a Unix socket takes at once. */
const large = Uint8Array.from(
  { length: 3_000_000 },
  (_, i) => i * 7 + (i >> 8),
);

interface Fixture {
  readonly a: Socket<UnixAddress>;
  readonly b: Socket<UnixAddress>;
  readonly path: string;
}

/** Runs a test with two connected sockets and a file. */
function withFile(
  content: Uint8Array,
  test: (fixture: Fixture) => void,
): () => void {
  return () => {
    const path = Deno.makeTempFileSync();
    using pair = socketPair();
    const { a, b } = pair;
    // Where the pair is a TCP connection, its buffers would grow and grow.
    a.setsockopt(SOL_SOCKET, SO_SNDBUF, 0x10000);
    b.setsockopt(SOL_SOCKET, SO_RCVBUF, 0x10000);
    try {
      Deno.writeFileSync(path, content);
      test({ a, b, path });
      assertEquals(descriptorsTo((target) => target === path), [], "left open");
    } finally {
      Deno.removeSync(path);
    }
  };
}

/** Receives everything that is there. */
function received(socket: Socket<UnixAddress>): Uint8Array {
  socket.setblocking(false);
  using file = socket.makefile("rb");
  return file.read() ?? new Uint8Array();
}

/** Receives everything until the end, which it makes the other socket send. */
function rest(a: Socket<UnixAddress>, b: Socket<UnixAddress>): Uint8Array {
  a.shutdown(SHUT_WR);
  b.settimeout(10);
  using file = b.makefile("rb");
  return file.read()!;
}

/**
 * Whether sending moves the position of a descriptor. Elsewhere `node:fs` reads it at given
 * positions.
 */
const moves = isPosix;

/** A file in memory. */
function inMemory(content: Uint8Array): ReadableFile & { at: number } {
  return {
    at: 0,
    readSync(p): number | null {
      const part = content.subarray(this.at, this.at + p.length);
      p.set(part);
      this.at += part.length;
      return part.length || null;
    },
    seekSync(offset): number {
      return this.at = offset;
    },
  };
}

Deno.test(
  "Socket.sendfile() sends a file by path and URL, descriptor, FsFile and from memory",
  withFile(small, ({ a, b, path }) => {
    const fd = openSync(path, "r");
    using file = Deno.openSync(path);
    try {
      for (
        const source of [
          path,
          pathToFileURL(path),
          fd,
          { fd },
          file,
          inMemory(small),
        ]
      ) {
        assertEquals(a.sendfile(source), 10);
        assertEquals(text(b.recv(10, MSG_WAITALL)), "0123456789");
        assertEquals(a.sendfile(source, 7), 3);
        assertEquals(text(b.recv(3, MSG_WAITALL)), "789");
        assertEquals(a.sendfile(source, 2, 4), 4);
        assertEquals(text(b.recv(4, MSG_WAITALL)), "2345");
        assertEquals(a.sendfile(source, 8, 100), 2);
        assertEquals(a.sendfile(source, 100), 0);
        assertEquals(text(b.recv(2, MSG_WAITALL)), "89");
        assertEquals(received(b), new Uint8Array());
        b.setblocking(true);
      }
    } finally {
      closeSync(fd);
      file.close();
    }
  }),
);

Deno.test(
  "Socket.sendfile() leaves the position behind what was sent",
  withFile(small, ({ a, path }) => {
    const fd = openSync(path, "r");
    using file = Deno.openSync(path);
    const memory = inMemory(small);
    const next = new Uint8Array(2);
    a.sendfile(fd, 2, 3);
    readSync(fd, next, 0, 2, null);
    assertEquals(text(next), moves ? "56" : "01");
    a.sendfile(file, 2, 3);
    assertEquals(file.seekSync(0, Deno.SeekMode.Current), 5);
    a.sendfile(memory);
    assertEquals(memory.at, 10);
    closeSync(fd);
    file.close();
  }),
);

Deno.test(
  "Socket.sendfile() sends nothing of an empty file",
  withFile(new Uint8Array(), ({ a, path }) => {
    assertEquals(a.sendfile(path), 0);
    assertEquals(a.sendfile(inMemory(new Uint8Array())), 0);
  }),
);

for (const kind of ["descriptor", "FsFile"]) {
  Deno.test(
    `Socket.sendfile() of a ${kind} that times out tells by the position what was sent`,
    withFile(large, ({ a, b, path }) => {
      using file = Deno.openSync(path);
      const fd = openSync(path, "r");
      a.settimeout(0.01);
      assertThrows(
        () => a.sendfile(kind === "FsFile" ? file : fd, 100),
        TimeoutError,
      );
      const data = rest(a, b);
      assert(data.length > 0);
      assertEquals(data, large.slice(100, 100 + data.length));
      const next = new Uint8Array(4);
      if (kind === "FsFile") file.readSync(next);
      else readSync(fd, next, 0, 4, null);
      const at = kind === "FsFile" || moves ? 100 + data.length : 0;
      assertEquals(next, large.slice(at, at + 4));
      closeSync(fd);
      file.close();
    }),
  );

  Deno.test(
    `an attempt to send a ${kind} goes on where it stopped`,
    withFile(large, ({ a, b, path }) => {
      a.settimeout(1);
      using file = Deno.openSync(path);
      const source = kind === "FsFile" ? file : path;
      using sending = fileTransfer(handleOf(a), 1, source, 10, 2_000_000);
      const parts: Uint8Array[] = [];
      let result;
      while ((result = sending.attempt(handleOf(a))) instanceof Pending) {
        assertEquals(result.readiness, "write");
        parts.push(received(b));
      }
      assertEquals(result, 2_000_000);
      parts.push(rest(a, b));
      assert(parts.length > 2);
      const all = new Uint8Array(parts.flatMap((part) => [...part]));
      assertEquals(all.length, 2_000_000);
      assert(all.every((byte, i) => byte === large[i + 10]));
      sending[Symbol.dispose]();
      if (kind === "FsFile") {
        assertEquals(file.seekSync(0, Deno.SeekMode.Current), 2_000_010);
      }
      file.close();
    }),
  );

  Deno.test(
    `sending a ${kind} that shrinks ends where it ends`,
    withFile(large, ({ a, b, path }) => {
      a.settimeout(1);
      using file = Deno.openSync(path);
      const source = kind === "FsFile" ? file : path;
      using sending = fileTransfer(handleOf(a), 1, source, 0, 3_000_000);
      assert(sending.attempt(handleOf(a)) instanceof Pending);
      Deno.truncateSync(path, 5);
      let got = 0;
      let result;
      while ((result = sending.attempt(handleOf(a))) instanceof Pending) {
        got += received(b).length;
      }
      got += rest(a, b).length;
      assertEquals(result, got);
      assert(got < 1_000_000);
      sending[Symbol.dispose]();
      file.close();
    }),
  );
}

Deno.test({
  ...requires(
    "Socket.sendfile() copies what the kernel does not send, such as another socket",
    needs.posix,
  ),
  fn: withFile(small, ({ a, b }) => {
    using pair = socketPair();
    const { a: source, b: writer } = pair;
    writer.sendall(utf8("from a socket"));
    assertEquals(a.sendfile(source.fileno(), 0, 13), 13);
    assertEquals(text(received(b)), "from a socket");
    assertThrows(() => a.sendfile(source.fileno(), 1), OSError, "seek");
  }),
});

Deno.test(
  requires(
    "Socket.sendfile() sends a file whose length the system does not know",
    need("/proc/self/status", exists("/proc/self/status")),
  ),
  withFile(small, ({ a, b }) => {
    assert(a.sendfile("/proc/self/status") > 0);
    assert(text(received(b)).startsWith("Name:"));
  }),
);

Deno.test(
  "Socket.sendfile() refuses non-blocking and datagram sockets",
  withFile(small, ({ a, path }) => {
    a.setblocking(false);
    assertThrows(
      () => a.sendfile(path),
      RangeError,
      "non-blocking sockets are not supported",
    );
    using datagrams = udpPair();
    assertThrows(
      () => datagrams.a.sendfile(path),
      RangeError,
      "only SOCK_STREAM type sockets are supported",
    );
  }),
);

Deno.test(
  "Socket.sendfile() refuses bad arguments",
  withFile(small, ({ a, path }) => {
    const bad = (value: unknown) => value as FileToSend & number;
    assertThrows(() => a.sendfile(path, -1), RangeError, "offset");
    assertThrows(() => a.sendfile(path, 0.5), TypeError, "offset");
    const positive = "count must be a positive integer";
    for (const count of [0, -1]) {
      const message = `${positive} (got ${count})`;
      assertThrows(() => a.sendfile(path, 0, count), RangeError, message);
    }
    for (const count of [0.5, NaN, Infinity, "1", 1n, {}]) {
      assertThrows(() => a.sendfile(path, 0, bad(count)), TypeError, positive);
    }
    assertThrows(() => a.sendfile(bad(null)), TypeError, "file must be");
    assertThrows(() => a.sendfile(bad({})), TypeError, "file must be");
    assertThrows(() => a.sendfile(bad({ fd: "3" })), TypeError, "file.fd");
    assertThrows(() => a.sendfile(-1), RangeError, "file");
    assertThrows(() => a.sendfile("a\0b"), RangeError, "null byte");
    assertThrows(
      () => a.sendfile(new URL("https://example.com/")),
      TypeError,
      "file: URL",
    );
  }),
);

Deno.test(
  "Socket.sendfile() fails as its system calls do",
  withFile(small, ({ a, path }) => {
    const missing = assertThrows(
      () => a.sendfile(`${path}.missing`),
      FileNotFoundError,
    );
    assertEquals([missing.code, missing.syscall], ["ENOENT", "open"]);
    assertEquals(
      assertThrows(() => a.sendfile(999_999), OSError).code,
      "EBADF",
    );
    if (isPosix) { // elsewhere opening a folder fails already
      const folder = new URL(".", import.meta.url);
      const error = assertThrows(() => a.sendfile(folder), OSError);
      assertEquals(error.code, "EISDIR");
    }
    a.shutdown(SHUT_WR);
    assertThrows(() => a.sendfile(path), BrokenPipeError);
    assertThrows(() => a.sendfile(inMemory(small)), BrokenPipeError);
    a.close();
    assertEquals(
      assertThrows(() => a.sendfile(path), OSError).errno,
      E_BAD_SOCKET,
    );
  }),
);

Deno.test({
  name: "sendfile() opens no path without permission to read it",
  permissions: { ffi: true, read: false },
  async fn() {
    using pair = socketPair();
    const wanted = [Deno.errors.NotCapable, "--allow-read"] as const;
    assertThrows(() => pair.a.sendfile("/etc/hostname"), ...wanted);
    using awaiting = asyncSocketPair();
    await assertRejects(
      () => awaiting.a.sendfile("/etc/hostname"),
      ...wanted,
    );
  },
});

Deno.test({
  ...requires(
    "sendfile() opens nothing that Deno does not open with --allow-read, by whatever path",
    needs.linux, // whose files Deno protects
  ),
  permissions: { ffi: true, read: true, write: true },
  async fn() {
    using folder = temporaryFolder();
    const protectedFile = "/proc/self/environ";
    const link = `${folder.path}/link`;
    Deno.symlinkSync(protectedFile, link);
    const file = `${folder.path}/file`;
    Deno.writeTextFileSync(file, "not protected");
    using pair = socketPair();
    using awaiting = asyncSocketPair();
    const paths = [protectedFile, link, `${folder.path}/../..${protectedFile}`];
    const wanted = [Deno.errors.NotCapable, "--allow-all"] as const;
    for (const path of paths) {
      assertThrows(() => Deno.openSync(path), ...wanted);
      assertThrows(() => pair.a.sendfile(path), ...wanted);
      await assertRejects(() => awaiting.a.sendfile(path), ...wanted);
      const url = pathToFileURL(path);
      assertThrows(() => pair.a.sendfile(url), ...wanted);
    }
    assertEquals(pair.a.sendfile(file), 13);
    assertEquals(text(pair.b.recv(100)), "not protected");
    assertEquals(await awaiting.a.sendfile(file), 13);
    assertEquals(text(await awaiting.b.recv(100)), "not protected");
  },
});

Deno.test("sendfile of the BSDs: what was sent counts when it is interrupted", () => {
  let outcome = { result: 0, sent: 0n, errno: 0 };
  const calls: unknown[][] = [];
  const symbols = {
    sendfile_darwin(...args: unknown[]): number {
      const cell = args[3] as BigInt64Array;
      calls.push([...args.slice(0, 3), cell[0], args[5]]);
      cell[0] = outcome.sent;
      return outcome.result;
    },
    sendfile_freebsd(...args: unknown[]): number {
      calls.push([...args.slice(0, 4), args[6]]);
      (args[5] as BigInt64Array)[0] = outcome.sent;
      return outcome.result;
    },
  } as unknown as SendfileSymbols;
  const results = [
    [0, 5n, 0],
    [0, 0n, 0],
    [-1, 3n, E.EAGAIN],
    [-1, 3n, E.EINTR],
    [-1, 0n, E.EAGAIN],
    [-1, 100n, E.EINVAL],
  ] as const;
  for (const system of ["darwin", "freebsd"] as const) {
    const sendfile = sendfileOf(system, symbols, () => outcome.errno)!;
    assertEquals(
      results.map(([result, sent, errno]) => {
        outcome = { result, sent, errno };
        return sendfile(4, 5, 6, 100);
      }),
      [5, 0, 3, 3, -1, -1],
    );
  }
  assertEquals(calls[0], [5, 4, 6n, 100n, 0]);
  assertEquals(calls.at(-1), [5, 4, 6n, 100, 0]);
  assertEquals(sendfileOf(null, symbols, () => 0), null);
});
