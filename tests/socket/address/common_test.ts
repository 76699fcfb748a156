/** The addresses of AF_INET, AF_INET6 and AF_UNIX, on real sockets. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import * as socket from "../../../mod.ts";
import { utf8 } from "../../support/bytes.ts";
import { temporaryFolder } from "../../support/files.ts";
import { isLinux, needs, requires } from "../../support/requires.ts";
import { Pair } from "../../support/pairs.ts";

const { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, Socket } = socket;

Deno.test('AF_INET: "" is any address, names are resolved, broadcast is by permission', () => {
  using any = new Socket(AF_INET, SOCK_DGRAM);
  any.bind(["", 0]);
  assertEquals(any.getsockname()[0], "0.0.0.0");
  using named = new Socket(AF_INET, SOCK_DGRAM);
  named.bind(["localhost", 0]);
  assertEquals(named.getsockname()[0], "127.0.0.1");
  // The refusal shows that the kernel has read the value.
  assertThrows(
    () => named.sendto(utf8("x"), ["<broadcast>", 9]),
    socket.PermissionError,
  );
  assertThrows(
    () => named.bind(["no-such-host.invalid", 0]),
    socket.gaierror,
  );
});

Deno.test({
  ...requires(
    "AF_INET6: two to four fields, scopes by number and by name",
    needs.ipv6,
    needs.linux,
  ),
  fn() {
    const scope = socket.if_nametoindex("lo");
    using listener = new Socket(AF_INET6, SOCK_DGRAM);
    listener.bind(["::1", 0]);
    const [host, port, flowinfo, scope_id] = listener.getsockname();
    assertEquals([host, flowinfo, scope_id], ["::1", 0, 0]);
    using client = new Socket(AF_INET6, SOCK_DGRAM);
    client.connect(["::1", port]);
    assertEquals(client.getpeername(), ["::1", port, 0, 0]);
    client.connect(["::1", port, 0]);
    client.connect(["::1", port, 0, scope]);
    // The kernel keeps the scope of link-local addresses only.
    for (
      const address of [
        ["ff02::1", 0, 0, scope],
        ["ff02::1%lo", 0],
        [`ff02::1%${scope}`, 0, 0],
      ] as const
    ) {
      using s = new Socket(AF_INET6, SOCK_DGRAM);
      s.bind(address);
      const [host, , flowinfo, scope_id] = s.getsockname();
      assertEquals([host, flowinfo, scope_id], ["ff02::1", 0, scope]);
    }
    using any = new Socket(AF_INET6, SOCK_DGRAM);
    any.bind(["", 0]);
    assertEquals(any.getsockname()[0], "::");
  },
});

Deno.test({
  ...requires(
    "AF_INET6: flow information goes to the kernel and comes back",
    needs.ipv6,
    needs.linux,
  ),
  fn() {
    const IPV6_FLOWINFO_SEND = 33;
    using s = new Socket(AF_INET6, SOCK_DGRAM);
    s.setsockopt(socket.IPPROTO_IPV6, IPV6_FLOWINFO_SEND, 1);
    try {
      s.connect(["::1", 9, 0x12345]);
    } catch (error) {
      // A kernel that manages flow labels refuses an unregistered one, which shows that it has read
      // it.
      assertEquals((error as socket.OSError).code, "EINVAL");
      return;
    }
    assertEquals(s.getpeername(), ["::1", 9, 0x12345, 0]);
  },
});

/** A listener with a Unix name, and a socket that has connected to it by that name. */
function connectedTo(
  name: socket.UnixAddress,
): Pair<socket.Socket<socket.UnixAddress>> {
  const listener = new Socket(AF_UNIX);
  listener.bind(name);
  listener.listen();
  assertEquals(listener.getsockname(), name);
  const client = new Socket(AF_UNIX);
  client.connect(name);
  assertEquals(client.getpeername(), name);
  return new Pair(client, listener);
}

Deno.test({
  ...requires(
    "AF_UNIX: paths as strings and, where they are not UTF-8, as bytes",
    needs.posix,
  ),
  fn() {
    using folder = temporaryFolder();
    const raw = new Uint8Array([...utf8(`${folder.path}/`), 0xff, 0xfe, 0x41]);
    for (const path of [`${folder.path}/plain`, `${folder.path}/é 中`, raw]) {
      using pair = connectedTo(path);
      const { a: client, b: listener } = pair;
      assertEquals(client.getsockname(), "");
      const [server, address] = listener.accept();
      using _ = server;
      assertEquals(address, "");
      if (typeof path === "string") assert(Deno.lstatSync(path).isSocket);
    }
    using late = new Socket(AF_UNIX);
    assertThrows(
      () => late.connect(`${folder.path}/nobody`),
      socket.FileNotFoundError,
    );
    assertThrows(
      () => late.connect(`${folder.path}/plain/x`),
      socket.NotADirectoryError,
    );
  },
});

Deno.test({
  ...requires(
    "AF_UNIX: a path that Python has escaped is that of its bytes",
    needs.posix,
    needs.python,
  ),
  async fn() {
    using folder = temporaryFolder();
    const raw = new Uint8Array([...utf8(`${folder.path}/`), 0xff, 0x80, 0x41]);
    using listener = new Socket(AF_UNIX);
    listener.bind(raw);
    listener.listen();
    const { stdout } = await new Deno.Command("python3", {
      args: [
        "-c",
        "import json, os, sys; print(json.dumps(os.listdir(sys.argv[1])))",
        folder.path,
      ],
    }).output();
    const [name] = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(name, "\udcff\udc80A");
    using client = new Socket(AF_UNIX);
    client.connect(`${folder.path}/${name}`);
    assertEquals(client.getpeername(), raw);
  },
});

Deno.test({
  ...requires(
    "AF_UNIX: abstract names are bytes that begin with NUL",
    needs.linux,
  ),
  fn() {
    const name = new Uint8Array([
      0,
      ...crypto.getRandomValues(new Uint8Array(12)),
      0,
    ]);
    using _ = connectedTo(name);
    // A name with one more NUL is another name.
    using other = new Socket(AF_UNIX);
    assertThrows(
      () => other.connect(new Uint8Array([...name, 0])),
      socket.ConnectionRefusedError,
    );
    using chosen = new Socket(AF_UNIX, SOCK_DGRAM);
    chosen.bind("");
    const given = chosen.getsockname();
    assertInstanceOf(given, Uint8Array);
    assertEquals([given[0], given.length], [0, 6]);
  },
});

Deno.test({
  ...requires(
    "AF_UNIX: a path too long is refused, one that just fits is not",
    needs.posix,
  ),
  fn() {
    using folder = temporaryFolder();
    const most = isLinux ? 107 : 103;
    using s = new Socket(AF_UNIX);
    const fitting = folder.path + "/" +
      "p".repeat(most - folder.path.length - 1);
    s.bind(fitting);
    assertEquals(s.getsockname(), fitting);
    using t = new Socket(AF_UNIX);
    assertThrows(
      () => t.bind(fitting + "p"),
      socket.OSError,
      "AF_UNIX path too long",
    );
  },
});

Deno.test({
  ...requires(
    "AF_UNIX: datagrams tell their sender's path, or nothing",
    needs.posix,
  ),
  fn() {
    using folder = temporaryFolder();
    using a = new Socket(AF_UNIX, SOCK_DGRAM);
    using b = new Socket(AF_UNIX, SOCK_DGRAM);
    const path = `${folder.path}/a`;
    a.bind(path);
    b.sendto(utf8("x"), path);
    assertEquals(a.recvfrom(4), [utf8("x"), null as never]);
    b.bind(`${folder.path}/b`);
    b.sendto(utf8("y"), path);
    assertEquals(a.recvfrom(4), [utf8("y"), `${folder.path}/b`]);
  },
});
