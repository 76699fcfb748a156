/** `createListeners()` and `createUnixListener()`, of both modules. */

import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import * as awaiting from "../../async.ts";
import * as socket from "../../mod.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { Peer } from "../support/peer.ts";
import { needs, requires } from "../support/requires.ts";

const { AF_INET, AF_INET6, AF_UNIX, Socket } = socket;
type Internet = socket.InetAddress | socket.Inet6Address;

/** The two forms, by the awaiting one's signature. */
const forms: Record<
  string,
  {
    listeners(
      address: readonly [string | null, number],
      options?: Record<string, unknown>,
    ): Promise<socket.SocketBase<Internet>[]>;
    unix(
      path: socket.UnixAddress,
      options?: socket.CreateUnixListenerOptions,
    ): socket.SocketBase<socket.UnixAddress>;
    Class: new (...args: never[]) => socket.SocketBase<Internet>;
  }
> = {
  blocking: {
    // deno-lint-ignore require-await -- what it throws, rejects
    listeners: async (address, options) =>
      socket.createListeners(address, options),
    unix: socket.createUnixListener,
    Class: Socket as never,
  },
  awaiting: {
    listeners: awaiting.createListeners,
    unix: awaiting.createUnixListener,
    Class: awaiting.AsyncSocket as never,
  },
};

/** Closes listeners. */
function close(listeners: Iterable<{ close(): void }>): void {
  for (const listener of listeners) listener.close();
}

for (const [form, { listeners, unix, Class }] of Object.entries(forms)) {
  Deno.test({
    ...requires(
      `${form}: all interfaces have a listener of IPv4 and one of IPv6, with one port`,
      needs.ipv6,
    ),
    async fn() {
      for (const host of [null, ""]) {
        const all = await listeners([host, 0]);
        try {
          assertEquals(
            all.map(({ family }) => family as number).sort(),
            [AF_INET, AF_INET6].map(Number).sort(),
          );
          const ports = all.map((one) => one.getsockname()[1]);
          assertEquals(new Set(ports).size, 1);
          for (const to of ["127.0.0.1", "::1"]) {
            socket.create_connection([to, ports[0]], 5).close();
          }
        } finally {
          close(all);
        }
      }
    },
  });

  Deno.test(`${form}: each address of a name has one listener, and another program sees the port taken`, async () => {
    const all = await listeners(["localhost", 0]);
    try {
      const found = socket.getaddrinfo("localhost", 0, 0, socket.SOCK_STREAM);
      const hosts = new Set(found.map(([, , , , [host]]) => host));
      assert(all.length >= 1 && all.length <= hosts.size);
      const [host, port] = all[0].getsockname();
      const error = await assertRejects(
        () => listeners([host, port]),
        socket.OSError,
        host,
      );
      assertEquals(error.errno, socket.errno.EADDRINUSE);
    } finally {
      close(all);
    }
  });

  Deno.test({
    ...requires(
      `${form}: if the port that the first address got is taken on the second, another is chosen`,
      needs.ipv6,
    ),
    async fn() {
      const made: socket.SocketBase<Internet>[] = [];
      const taken: socket.Socket<Internet>[] = [];
      const socket_factory = (
        [family, type, proto, , [, port]]: socket.AddressInfoTuple,
      ) => {
        if (port !== 0 && taken.length < 3) { // the second address: someone was faster
          const thief = new Socket(family, type, proto);
          if (family as number === AF_INET6) {
            thief.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1);
          }
          const host = family as number === AF_INET6 ? "::" : "0.0.0.0";
          thief.bind([host, port] as never);
          thief.listen();
          taken.push(thief);
        }
        const one = new (Class as unknown as typeof Socket)(
          family as never,
          type,
          proto,
        );
        made.push(one as never);
        return one;
      };
      const all = await listeners([null, 0], { socket_factory });
      try {
        const [one, other] = all.map((each) => each.getsockname()[1]);
        assertEquals(one, other);
        assertEquals(taken.length, 3);
        assertEquals(made.length, 8);
        assert(made.slice(0, -2).every((each) => each.fileno() < 0));
      } finally {
        close([...all, ...taken]);
      }
    },
  });

  Deno.test(`${form}: addresses that this machine does not have are left out, unless none remains`, async () => {
    const foreign = await assertRejects(
      () => listeners(["192.0.2.1", 0]),
      socket.OSError,
    );
    assertEquals(foreign.errno, socket.errno.EADDRNOTAVAIL);
    let calls = 0;
    const socket_factory = (info: socket.AddressInfoTuple) => {
      if (calls++ === 0) {
        throw new socket.OSError(socket.errno.EAFNOSUPPORT, "none");
      }
      return new (Class as unknown as typeof Socket)(info[0] as never, info[1]);
    };
    const found = new Set(
      socket.getaddrinfo("localhost", 0, 0, socket.SOCK_STREAM)
        .map(([family]) => family),
    );
    if (found.size < 2) return;
    const all = await listeners(["localhost", 0], { socket_factory });
    assert(all.length >= 1);
    close(all);
  });

  Deno.test(`${form}: bad arguments of createListeners are refused`, async () => {
    for (
      const [address, options] of [
        ["localhost"],
        [["localhost"]],
        [["localhost", "http"]],
        [[7, 0]],
        [["localhost", 0], 7],
        [["localhost", 0], { socket_factory: 7 }],
        [["localhost", 0], { socket_factory: () => 7 }],
      ] as const
    ) {
      await assertRejects(
        () => listeners(address as never, options as never),
        TypeError,
      );
    }
    await assertRejects(() => listeners(["localhost", 65536]), RangeError);
  });

  Deno.test({
    ...requires(
      `${form}: a Unix listener's file has its mode, and goes with the listener`,
      needs.posix,
    ),
    fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/service`;
      for (const given of [path, new TextEncoder().encode(path)]) {
        using listener = unix(given, { mode: 0o640, backlog: 3 });
        assertEquals(Deno.statSync(path).mode! & 0o777, 0o640);
        using client = new Socket(AF_UNIX);
        client.connect(path);
        listener.close();
        assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
      }
      // Without a mode, the umask decides.
      using listener = unix(path);
      assertNotEquals(Deno.statSync(path).mode! & 0o777, 0);
      listener.close();
      listener.close();
    },
  });

  Deno.test({
    ...requires(
      `${form}: a dead server's file is replaced, a living one's is not`,
      needs.posix,
    ),
    fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/service`;
      {
        using dead = new Socket(AF_UNIX);
        dead.bind(path);
        dead.listen();
      }
      using listener = unix(path);
      const error = assertThrows(() => unix(path), socket.OSError);
      assertEquals(error.errno, socket.errno.EADDRINUSE);
      using client = new Socket(AF_UNIX);
      client.connect(path); // it is still there
      listener.close();

      // Nothing else than a socket is removed, nor a socket of another type that lives.
      Deno.writeTextFileSync(path, "text");
      assertThrows(() => unix(path), socket.OSError);
      assertEquals(Deno.readTextFileSync(path), "text");
      Deno.removeSync(path);
      Deno.symlinkSync(`${folder.path}/nowhere`, path);
      assertThrows(() => unix(path), socket.OSError);
      assert(Deno.lstatSync(path).isSymlink);
      Deno.removeSync(path);
      using datagrams = new Socket(AF_UNIX, socket.SOCK_DGRAM);
      datagrams.bind(path);
      assertThrows(() => unix(path), socket.OSError);
      datagrams.close();
      unix(path).close();
    },
  });

  Deno.test({
    ...requires(
      `${form}: closing leaves a file that has taken the place of the listener's`,
      needs.posix,
    ),
    fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/service`;
      const listener = unix(path);
      Deno.renameSync(path, `${path}.old`); // keeps the number of the inode in use
      using other = new Socket(AF_UNIX);
      other.bind(path);
      listener.close();
      assert(Deno.lstatSync(path));
      Deno.removeSync(path);
      // Given to another process, or thread, the file stays.
      using heir = new Socket(null, null, null, unix(path).detach());
      assert(Deno.lstatSync(path));
      heir.close();
    },
  });

  Deno.test({
    ...requires(
      `${form}: bad arguments of createUnixListener are refused`,
      needs.posix,
    ),
    fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/service`;
      assertThrows(() => unix(7 as never), TypeError, "path");
      assertThrows(() => unix(""), RangeError, "path");
      assertThrows(() => unix("\0abstract"), RangeError, "path");
      assertThrows(() => unix(path, 7 as never), TypeError);
      assertThrows(() => unix(path, { mode: 0o1777 }), RangeError, "mode");
      assertThrows(
        () => unix(path, { mode: "600" as never }),
        TypeError,
        "mode",
      );
      assertThrows(() => unix(path, { backlog: "x" as never }), TypeError);
      assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
      assertThrows(
        () => unix(`${folder.path}/none/service`),
        socket.FileNotFoundError,
      );
      assertThrows(
        () => unix(`${folder.path}/${"x".repeat(200)}`),
        socket.OSError,
      );
      assertEquals([...Deno.readDirSync(folder.path)], []);
    },
  });
}

Deno.test({
  ...requires(
    "of several servers that start at the same time, one replaces the dead one's file",
    needs.posix,
  ),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/service`;
    for (let round = 0; round < 2; round++) {
      {
        using dead = new Socket(AF_UNIX);
        dead.bind(path);
      }
      const servers = Array.from(
        { length: 4 },
        () =>
          new Deno.Command(Deno.execPath(), {
            args: [
              ...["run", "--allow-ffi", "--no-prompt"],
              beside("programs/unix_server.ts"),
              path,
            ],
            stdin: "piped",
            stdout: "piped",
            stderr: "inherit",
            env: { NO_COLOR: "1" },
          }).spawn(),
      );
      const said = await Promise.all(servers.map(async ({ stdout }) => {
        const reader = stdout.getReader();
        const { value } = await reader.read();
        reader.releaseLock();
        return new TextDecoder().decode(value).trim();
      }));
      assertEquals(said.sort(), [
        ...Array(3).fill("in use"),
        "listening",
      ]);
      using client = new Socket(AF_UNIX);
      client.connect(path); // nobody took the winner's file away
      for (const server of servers) {
        await server.stdin.close();
        await server.stdout.cancel();
        assert((await server.status).success);
      }
      // The winner ended without closing its listener.
      assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
    }
  },
});

Deno.test({
  ...requires(
    "while another program has locked the folder, createUnixListener waits, but not for long",
    needs.posix,
    needs.python,
  ),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/service`;
    await using other = Peer.start("python3", [
      "-c",
      `
import fcntl, os, sys, threading
fd = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(fd, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.readline()
threading.Timer(0.2, os.close, [fd]).start()
print("soon", flush=True)
sys.stdin.readline()`,
      folder.path,
    ]);
    assertEquals(await other.line(), "locked");
    const error = assertThrows(
      () => socket.createUnixListener(path),
      socket.BlockingIOError,
    );
    assertEquals(error.syscall, "flock");
    assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
    await other.write("release\n");
    assertEquals(await other.line(), "soon");
    socket.createUnixListener(path).close();
  },
});
