/** The examples that serve by `serve()`: a restart under load, PROXY headers, a watchdog, vsock. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as socket from "../../async.ts";
import {
  AF_UNIX,
  create_connection,
  type InetAddress,
  OSError,
  SOCK_DGRAM,
} from "../../async.ts";
import {
  decodeV1,
  decodeV2,
  encodeV1,
  encodeV2,
  type Proxied,
  ProxyHeaderError,
} from "../../examples/proxy_protocol.ts";
import { text, utf8 } from "../support/bytes.ts";
import { temporaryFolder } from "../support/files.ts";
import { need, needs, requires, succeeds } from "../support/requires.ts";
import { ours, type Program } from "./programs.ts";

async function portOf(program: Program): Promise<number> {
  return Number(await program.port());
}

/** Connects, and has a word echoed. */
async function echoes(port: number, word: string): Promise<boolean> {
  using client = await create_connection(["127.0.0.1", port], 60);
  await client.sendall(utf8(word));
  return text(await client.recv(100)) === word;
}

Deno.test({
  ...requires(
    "graceful_restart.ts is replaced several times under load, and no connection is refused or cut",
    needs.posix,
  ),
  async fn() {
    using folder = temporaryFolder();
    const control = `${folder.path}/control`;
    const args = [control, "127.0.0.1", "0"];
    let server = ours("graceful_restart", args);
    const port = await portOf(server);
    let isOver = false;
    let served = 0;
    const failures: unknown[] = [];
    const load = Array.from({ length: 8 }, async (_, i) => {
      while (!isOver) {
        try {
          assert(await echoes(port, `load ${i}`));
          served++;
        } catch (error) {
          failures.push(error);
        }
      }
    });
    try {
      for (let round = 0; round < 3; round++) {
        const before = served;
        using old = await create_connection(["127.0.0.1", port], 60);
        await old.sendall(utf8("old"));
        assertEquals(text(await old.recv(9)), "old");
        const next = ours("graceful_restart", args);
        try {
          assertEquals(await portOf(next), port);
          await old.sendall(utf8("still"));
          assertEquals(text(await old.recv(9)), "still"); // drained, not cut off
          old.close();
          const { code, err } = await server.end();
          assertEquals([code, err.split("\n").at(-2)], [0, "Drained"]);
        } finally {
          await server[Symbol.asyncDispose]();
          server = next;
        }
        while (served < before + 50 && failures.length === 0) {
          await echoes(port, "more");
        }
      }
    } finally {
      isOver = true;
      await Promise.all(load);
      server.kill("SIGINT");
      assertEquals((await server.end()).code, 0);
    }
    assertEquals(failures, []);
    assert(served > 150, `${served}`);
    assertThrows(() => Deno.lstatSync(control), Deno.errors.NotFound);
  },
});

Deno.test({
  ...requires(
    "graceful_restart.ts goes on if its successor dies too soon",
    needs.posix,
  ),
  async fn() {
    using folder = temporaryFolder();
    const control = `${folder.path}/control`;
    await using server = ours("graceful_restart", [control, "127.0.0.1", "0"]);
    const port = await portOf(server);
    assertEquals(Deno.statSync(control).mode! & 0o777, 0o600);
    const successor = new socket.AsyncSocket(AF_UNIX);
    await successor.connect(control);
    const [, [fd]] = await socket.recv_fds(successor, 1, 1);
    socket.close(fd);
    successor.close();
    assert(await echoes(port, "hello"));
    server.kill("SIGINT");
    assertEquals((await server.end()).code, 0);
  },
});

/** Headers, with the bytes of the specification's rules. */
const headers: [Proxied, v1: string, v2: number[]][] = [
  [
    { source: ["192.0.2.1", 56324], destination: ["198.51.100.7", 443] },
    "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n",
    [0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 7, 0xdc, 0x04, 1, 0xbb],
  ],
  [
    { source: ["2001:db8::1", 1], destination: ["::1", 65535] },
    "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n",
    [
      ...[0x21, 0x21, 0, 36],
      ...[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      ...[0, 1, 0xff, 0xff],
    ],
  ],
];

Deno.test("PROXY headers have the bytes of the specification, in both directions", () => {
  for (const [proxied, v1, v2] of headers) {
    assertEquals(text(encodeV1(proxied)), v1);
    assertEquals(decodeV1(v1), proxied);
    assertEquals([...encodeV2(proxied)], [
      ...utf8("\r\n\r\n\0\r\nQUIT\n"),
      ...v2,
    ]);
    const [command, kind, , , ...body] = v2;
    assertEquals(decodeV2(command, kind, Uint8Array.from(body)), proxied);
    // Extensions may follow.
    const longer = Uint8Array.from([...body, 4, 0, 1, 0]);
    assertEquals(decodeV2(command, kind, longer), proxied);
    assertThrows(
      () => decodeV2(command, kind, Uint8Array.from(body.slice(1))),
      ProxyHeaderError,
    );
  }
  assertEquals(decodeV1("PROXY UNKNOWN\r\n"), null);
  assertEquals(decodeV1("PROXY UNKNOWN ffff::1 a b c\r\n"), null);
  assertEquals(decodeV2(0x20, 0, new Uint8Array(0)), null);
  assertEquals(decodeV2(0x21, 0x31, new Uint8Array(216)), null);
  for (
    const line of [
      "PROXY TCP4 1.2.3.4 5.6.7 1 2\r\n",
      "PROXY TCP4 ::1 ::1 1 2\r\n",
      "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
      "PROXY TCP4 1.2.3.4  1.2.3.4 1 2\r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n\r\n",
    ]
  ) assertThrows(() => decodeV1(line), ProxyHeaderError);
  assertThrows(
    () => decodeV2(0x31, 0x11, new Uint8Array(12)),
    ProxyHeaderError,
  );
});

Deno.test("proxy_protocol.ts says who the client is, with both versions", async () => {
  await using server = ours("proxy_protocol", ["server", "127.0.0.1", "0"]);
  const port = await server.port();
  for (const version of ["1", "2"]) {
    await using proxy = ours("proxy_protocol", [
      ...["proxy", "-v", version, "127.0.0.1", "0", "127.0.0.1", port],
    ]);
    using client = await create_connection(
      ["127.0.0.1", await portOf(proxy)],
      60,
    );
    await client.sendall(utf8("hello"));
    assertEquals(text(await client.recv(100)), "hello");
    client.shutdown(socket.SHUT_WR);
    assertEquals((await client.recv(1)).length, 0);
    const [host, own] = client.getsockname();
    await server.out.until(
      new RegExp(`^${host} ${own} by way of 127.0.0.1$`, "m"),
    );
  }
  // What follows the header at once is the client's; and other connections are refused.
  const to: InetAddress = ["127.0.0.1", Number(port)];
  using direct = await create_connection(to, 60);
  await direct.sendall(utf8(`${headers[0][1]}hello`));
  assertEquals(text(await direct.recv(100)), "hello");
  await server.out.until(/^192.0.2.1 56324 by way of 127.0.0.1$/m);
  using checking = await create_connection(to, 60);
  await checking.sendall(utf8("PROXY UNKNOWN\r\nhello"));
  assertEquals(text(await checking.recv(100)), "hello");
  await server.out.until(/^127.0.0.1 for itself$/m);
  for (
    const [sent, said] of [
      ["GET / HTTP/1.1\r\n\r\n", "no header"],
      [`PROXY ${"x".repeat(200)}`, "too long"],
      ["\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff", "too long"],
      ["PROXY TCP4", "the connection ended"],
    ]
  ) {
    using stranger = await create_connection(to, 60);
    const bytes = Uint8Array.from(sent, (char) => char.charCodeAt(0));
    await stranger.sendall(bytes);
    try {
      stranger.shutdown(socket.SHUT_WR);
    } catch (error) { // it was refused before
      if (!(error instanceof OSError)) throw error;
    }
    const ended = await stranger.recv(1).catch((error) => error);
    assert(ended.length === 0 || ended instanceof OSError, String(ended));
    await server.out.until(new RegExp(`^refused: ${said}$`, "m"));
  }
});

Deno.test({
  ...requires(
    "proxy_protocol.ts understands the header of curl",
    need(
      "curl with --haproxy-protocol",
      succeeds(() => {
        const { success } = new Deno.Command("curl", {
          args: ["--haproxy-protocol", "--version"],
          stdout: "null",
          stderr: "null",
        }).outputSync();
        if (!success) throw new Deno.errors.NotFound("curl");
      }),
    ),
  ),
  async fn() {
    await using server = ours("proxy_protocol", ["server", "127.0.0.1", "0"]);
    const port = await server.port();
    const curl = new Deno.Command("curl", {
      args: [
        ...["--silent", "--http0.9", "--haproxy-protocol", "--max-time", "60"],
        ...["--no-buffer", `http://127.0.0.1:${port}/echoed`],
      ],
      stdout: "piped",
    }).spawn();
    const reader = curl.stdout.getReader();
    try {
      const echoed = text((await reader.read()).value!);
      assert(echoed.startsWith("GET /echoed HTTP/1.1\r\n"), echoed);
    } finally {
      curl.kill();
      await reader.cancel();
      await curl.status;
    }
    await server.out.until(/^127.0.0.1 \d+ by way of 127.0.0.1$/m);
  },
});

Deno.test({
  ...requires(
    "watchdog.ts tells that it is ready, that it lives, and that it stops",
    needs.posix,
  ),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/notify`;
    using manager = new socket.AsyncSocket(AF_UNIX, SOCK_DGRAM);
    manager.bind(path);
    manager.settimeout(60);
    const told = async (): Promise<string> => text(await manager.recv(4096));
    await using service = ours("watchdog", ["127.0.0.1", "0"], {
      env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: "100000" },
    });
    assertEquals(await told(), "READY=1\nSTATUS=serving");
    for (let i = 0; i < 3; i++) assertEquals(await told(), "WATCHDOG=1");
    assert(await echoes(await portOf(service), "hello"));
    service.kill("SIGTERM");
    let last;
    do last = await told(); while (last === "WATCHDOG=1");
    assertEquals(last, "STOPPING=1");
    assertEquals((await service.end()).code, 0);
  },
});

Deno.test({
  ...requires(
    "watchdog.ts that was not started by a manager only serves",
    needs.posix,
  ),
  async fn() {
    await using service = ours("watchdog", ["127.0.0.1", "0"], {
      env: { NOTIFY_SOCKET: "", WATCHDOG_USEC: "100000", WATCHDOG_PID: "1" },
    });
    assert(await echoes(await portOf(service), "hello"));
    service.kill("SIGTERM");
    const { code, err } = await service.end();
    assertEquals([code, err.trim().split("\n").length], [0, 1], err);
  },
});

const vsock = need(
  "vsock to this machine (the kernel's vsock_loopback)",
  socket.hasattr("AF_VSOCK") && succeeds(() => {
    using listener = new socket.Socket(
      socket.AF_VSOCK,
      socket.SOCK_STREAM,
    );
    listener.bind([socket.VMADDR_CID_LOCAL, socket.VMADDR_PORT_ANY]);
    listener.listen();
    using client = new socket.Socket(socket.AF_VSOCK, socket.SOCK_STREAM);
    client.settimeout(5);
    client.connect(listener.getsockname());
  }),
);

Deno.test({
  ...requires("vsock.ts echoes over a vsock", vsock),
  async fn() {
    const port = String(50000 + crypto.getRandomValues(new Uint16Array(1))[0]);
    await using server = ours("vsock", ["serve", port]);
    await server.err.until(/Listening on/);
    await using client = ours("vsock", ["send", "1", port, "Grüße"]);
    assertEquals((await client.end()).out, "Grüße\n");
    await server.out.until(/^machine 1 has connected$/m);
  },
});
