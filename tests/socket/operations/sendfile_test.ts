import { assert, assertEquals, assertThrows } from "@std/assert";
import { closeSync, openSync, readSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
  MSG_WAITALL,
  SHUT_WR,
  SO_RCVBUF,
  SO_SNDBUF,
  SOL_SOCKET,
} from "../../../constants/mod.ts";
import { errno as E } from "../../../constants/errno.ts";
import { sendfileOf, type SendfileSymbols } from "../../../ffi/sendfile.ts";
import { handleOf } from "../../../socket/operations/handle.ts";
import { socketpair } from "../../../socket/descriptors.ts";
import {
  BrokenPipeError,
  FileNotFoundError,
  OSError,
  TimeoutError,
} from "../../../errors/errors.ts";
import { E_BAD_SOCKET } from "../../../errors/errno.ts";
import { Pending } from "../../../socket/operations/attempt.ts";
import {
  type FileToSend,
  fileTransfer,
  type ReadableFile,
} from "../../../socket/operations/sendfile.ts";
import type { Socket } from "../../../socket/socket.ts";
import type { UnixAddress } from "../../../socket/address/types.ts";
import { datagramPair, needing, noPosix } from "../../support/helpers.ts";

const small = new TextEncoder().encode("0123456789");
/** More than a Unix socket takes at once. */
const large = Uint8Array.from(
  { length: 3_000_000 },
  (_, i) => i * 7 + (i >> 8),
);

interface Fixture {
  readonly near: Socket<UnixAddress>;
  readonly far: Socket<UnixAddress>;
  readonly path: string;
}

/** Runs a test with two connected sockets and a file. */
function withFile(
  content: Uint8Array,
  test: (fixture: Fixture) => void,
): () => void {
  return () => {
    const path = Deno.makeTempFileSync();
    const [near, far] = socketpair();
    using _near = near;
    using _far = far;
    // TCP, where that is what a pair is, would make room for more and more.
    near.setsockopt(SOL_SOCKET, SO_SNDBUF, 0x10000);
    far.setsockopt(SOL_SOCKET, SO_RCVBUF, 0x10000);
    try {
      Deno.writeFileSync(path, content);
      test({ near, far, path });
      assert(!isOpen(path), "a descriptor of the file was left open");
    } finally {
      Deno.removeSync(path);
    }
  };
}

/** Whether this process has a file open, where that can be told. */
function isOpen(path: string): boolean {
  const folder = "/proc/self/fd";
  try {
    return [...Deno.readDirSync(folder)].some(({ name }) => {
      try {
        return Deno.readLinkSync(`${folder}/${name}`) === path;
      } catch {
        return false; // closed meanwhile
      }
    });
  } catch {
    return false;
  }
}

/** Receives all that is there. */
function received(socket: Socket<UnixAddress>): Uint8Array {
  socket.setblocking(false);
  using file = socket.makefile("rb");
  return file.read() ?? new Uint8Array();
}

/** Receives all until the other end, which sends no more. */
function rest(near: Socket<UnixAddress>, far: Socket<UnixAddress>): Uint8Array {
  near.shutdown(SHUT_WR);
  far.settimeout(10);
  using file = far.makefile("rb");
  return file.read()!;
}

/** Whether a descriptor's position moves; that of `node:fs` is read at positions where there is no other. */
const moves = noPosix === undefined;

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A file that is in memory. */
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
  withFile(small, ({ near, far, path }) => {
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
        assertEquals(near.sendfile(source), 10);
        assertEquals(text(far.recv(10, MSG_WAITALL)), "0123456789");
        assertEquals(near.sendfile(source, 7), 3);
        assertEquals(text(far.recv(3, MSG_WAITALL)), "789");
        assertEquals(near.sendfile(source, 2, 4), 4);
        assertEquals(text(far.recv(4, MSG_WAITALL)), "2345");
        assertEquals(near.sendfile(source, 8, 100), 2);
        assertEquals(near.sendfile(source, 100), 0);
        assertEquals(text(far.recv(2, MSG_WAITALL)), "89");
        assertEquals(received(far), new Uint8Array());
        far.setblocking(true);
      }
    } finally {
      closeSync(fd);
      file.close();
    }
  }),
);

Deno.test(
  "Socket.sendfile() leaves the position behind what was sent",
  withFile(small, ({ near, path }) => {
    const fd = openSync(path, "r");
    using file = Deno.openSync(path);
    const memory = inMemory(small);
    const next = new Uint8Array(2);
    near.sendfile(fd, 2, 3);
    readSync(fd, next, 0, 2, null);
    assertEquals(text(next), moves ? "56" : "01");
    near.sendfile(file, 2, 3);
    assertEquals(file.seekSync(0, Deno.SeekMode.Current), 5);
    near.sendfile(memory);
    assertEquals(memory.at, 10);
    closeSync(fd);
    file.close();
  }),
);

Deno.test(
  "Socket.sendfile() sends nothing of an empty file",
  withFile(new Uint8Array(), ({ near, path }) => {
    assertEquals(near.sendfile(path), 0);
    assertEquals(near.sendfile(inMemory(new Uint8Array())), 0);
  }),
);

for (const kind of ["descriptor", "FsFile"]) {
  Deno.test(
    `Socket.sendfile() of a ${kind} that times out tells by the position what was sent`,
    withFile(large, ({ near, far, path }) => {
      using file = Deno.openSync(path);
      const fd = openSync(path, "r");
      near.settimeout(0.01);
      assertThrows(
        () => near.sendfile(kind === "FsFile" ? file : fd, 100),
        TimeoutError,
      );
      const data = rest(near, far);
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
    withFile(large, ({ near, far, path }) => {
      near.settimeout(1);
      using file = Deno.openSync(path);
      const source = kind === "FsFile" ? file : path;
      using sending = fileTransfer(handleOf(near), 1, source, 10, 2_000_000);
      const parts: Uint8Array[] = [];
      let result;
      while ((result = sending.attempt(handleOf(near))) instanceof Pending) {
        assertEquals(result.readiness, "write");
        parts.push(received(far));
      }
      assertEquals(result, 2_000_000);
      parts.push(rest(near, far));
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
    withFile(large, ({ near, far, path }) => {
      near.settimeout(1);
      using file = Deno.openSync(path);
      const source = kind === "FsFile" ? file : path;
      using sending = fileTransfer(handleOf(near), 1, source, 0, 3_000_000);
      assert(sending.attempt(handleOf(near)) instanceof Pending);
      Deno.truncateSync(path, 5);
      let got = 0;
      let result;
      while ((result = sending.attempt(handleOf(near))) instanceof Pending) {
        got += received(far).length;
      }
      got += rest(near, far).length;
      assertEquals(result, got);
      assert(got < 1_000_000);
      sending[Symbol.dispose]();
      file.close();
    }),
  );
}

Deno.test({
  ...needing(
    "Socket.sendfile() copies what the kernel does not send, such as another socket",
    noPosix,
  ),
  fn: withFile(small, ({ near, far }) => {
    const [source, writer] = socketpair();
    using _source = source;
    using _writer = writer;
    writer.sendall(new TextEncoder().encode("from a socket"));
    assertEquals(near.sendfile(source.fileno(), 0, 13), 13);
    assertEquals(text(received(far)), "from a socket");
    assertThrows(() => near.sendfile(source.fileno(), 1), OSError, "seek");
  }),
});

Deno.test(
  "Socket.sendfile() sends a file whose length the system does not know",
  { ignore: !exists("/proc/self/status") },
  withFile(small, ({ near, far }) => {
    assert(near.sendfile("/proc/self/status") > 0);
    assert(text(received(far)).startsWith("Name:"));
  }),
);

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

Deno.test(
  "Socket.sendfile() refuses non-blocking and datagram sockets",
  withFile(small, ({ near, path }) => {
    near.setblocking(false);
    assertThrows(
      () => near.sendfile(path),
      RangeError,
      "non-blocking sockets are not supported",
    );
    const [a, b] = datagramPair();
    using _a = a;
    using _b = b;
    assertThrows(
      () => a.sendfile(path),
      RangeError,
      "only SOCK_STREAM type sockets are supported",
    );
  }),
);

Deno.test(
  "Socket.sendfile() refuses bad arguments",
  withFile(small, ({ near, path }) => {
    const bad = (value: unknown) => value as FileToSend & number;
    assertThrows(() => near.sendfile(path, -1), RangeError, "offset");
    assertThrows(() => near.sendfile(path, 0.5), TypeError, "offset");
    assertThrows(() => near.sendfile(path, 0, 0), RangeError, "count");
    assertThrows(() => near.sendfile(path, 0, -1), RangeError, "count");
    assertThrows(() => near.sendfile(path, 0, bad("1")), TypeError, "count");
    assertThrows(() => near.sendfile(bad(null)), TypeError, "file must be");
    assertThrows(() => near.sendfile(bad({})), TypeError, "file must be");
    assertThrows(() => near.sendfile(bad({ fd: "3" })), TypeError, "file.fd");
    assertThrows(() => near.sendfile(-1), RangeError, "file");
    assertThrows(() => near.sendfile("a\0b"), RangeError, "null byte");
    assertThrows(
      () => near.sendfile(new URL("https://example.com/")),
      TypeError,
      "file: URL",
    );
  }),
);

Deno.test(
  "Socket.sendfile() fails as its system calls do",
  withFile(small, ({ near, path }) => {
    const missing = assertThrows(
      () => near.sendfile(`${path}.missing`),
      FileNotFoundError,
    );
    assertEquals([missing.code, missing.syscall], ["ENOENT", "open"]);
    assertEquals(
      assertThrows(() => near.sendfile(999_999), OSError).code,
      "EBADF",
    );
    if (noPosix === undefined) { // elsewhere a folder is not even opened
      const folder = new URL(".", import.meta.url);
      const error = assertThrows(() => near.sendfile(folder), OSError);
      assertEquals(error.code, "EISDIR");
    }
    near.shutdown(SHUT_WR);
    assertThrows(() => near.sendfile(path), BrokenPipeError);
    assertThrows(() => near.sendfile(inMemory(small)), BrokenPipeError);
    near.close();
    assertEquals(
      assertThrows(() => near.sendfile(path), OSError).errno,
      E_BAD_SOCKET,
    );
  }),
);

Deno.test({
  name: "Socket.sendfile() opens no path without permission to read it",
  permissions: { ffi: true, read: false },
  fn() {
    const [near, far] = socketpair();
    using _near = near;
    using _far = far;
    assertThrows(
      () => near.sendfile("/etc/hostname"),
      Deno.errors.NotCapable,
      "--allow-read",
    );
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
