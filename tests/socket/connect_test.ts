/** `create_connection()`, `create_server()` and `has_dualstack_ipv6()`. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as socket from "../../mod.ts";
import { osError } from "../../errors/errors.ts";
import { features } from "../../ffi/features.ts";
import { text, utf8 } from "../support/bytes.ts";
import { temporaryFolder } from "../support/files.ts";
import { AsyncSocket } from "../../async.ts";
import {
  hasIPv6,
  need,
  needs,
  requires,
  succeeds,
} from "../support/requires.ts";

const { AF_INET, AF_INET6, AF_UNIX, Socket, SOL_SOCKET } = socket;

const dualstack = need(
  "sockets for both IPv4 and IPv6",
  hasIPv6 && socket.has_dualstack_ipv6(),
);

/** A socket that is bound but not listening, so that its port stays taken. */
function deadEnd(): socket.Socket<socket.InetAddress> {
  const s = new Socket();
  s.bind(["127.0.0.1", 0]);
  return s;
}

Deno.test("create_connection() connects to a server of create_server()", () => {
  using server = socket.create_server(["127.0.0.1", 0]);
  assertEquals([server.family, server.type], [AF_INET, socket.SOCK_STREAM]);
  using client = socket.create_connection(server.getsockname());
  const [connection, address] = server.accept();
  using _ = connection;
  assertEquals(address, client.getsockname() as socket.InetAddress);
  client.sendall(utf8("hello"));
  assertEquals(text(connection.recv(8)), "hello");
  assertEquals(client.gettimeout(), null);
});

Deno.test("create_connection() resolves the host and takes the port as text", () => {
  using server = socket.create_server(["127.0.0.1", 0]);
  const [, port] = server.getsockname();
  using client = socket.create_connection(["localhost", String(port)]);
  assertEquals(client.getpeername(), server.getsockname());
});

Deno.test("create_connection()'s timeout stays the connection's; left out, it is the default", () => {
  using server = socket.create_server(["127.0.0.1", 0]);
  for (
    const [given, timeout] of [[5, 5], [null, null], [undefined, 7]] as const
  ) {
    socket.setdefaulttimeout(7);
    try {
      using client = socket.create_connection(server.getsockname(), given);
      assertEquals(client.gettimeout(), timeout);
    } finally {
      socket.setdefaulttimeout(null);
    }
  }
});

Deno.test({
  ...requires(
    "create_connection() connects from the source address",
    needs.linux,
  ),
  fn() {
    using server = socket.create_server(["", 0]);
    const to = ["127.0.0.1", server.getsockname()[1]] as const;
    // All of 127.0.0.0/8 is this machine.
    using client = socket.create_connection(to, null, ["127.0.0.2", 0]);
    assertEquals(client.getsockname()[0], "127.0.0.2");
    const [connection, address] = server.accept();
    using _ = connection;
    assertEquals(address, client.getsockname() as socket.InetAddress);
    using any = socket.create_connection(to, null, ["", 0]);
    assertEquals(any.getsockname()[0], "127.0.0.1");
  },
});

Deno.test("create_connection() throws the last attempt's error, or all of them", () => {
  using nobody = deadEnd();
  const address = nobody.getsockname();
  const error = assertThrows(
    () => socket.create_connection(address),
    socket.ConnectionRefusedError,
  );
  assertEquals(error.syscall, "connect");
  const all = assertThrows(
    () => socket.create_connection(address, 5, null, { all_errors: true }),
    AggregateError,
  );
  assertEquals(all.message, "create_connection failed");
  assertEquals(all.errors.length, 1);
  assertInstanceOf(all.errors[0], socket.ConnectionRefusedError);
  assertThrows(
    () => socket.create_connection(["no-such-host.invalid", 1]),
    socket.gaierror,
  );
  // A source address of another machine.
  const bound = assertThrows(
    () => socket.create_connection(address, 5, ["192.0.2.1", 0]),
    socket.OSError,
  );
  assertEquals([bound.code, bound.syscall], ["EADDRNOTAVAIL", "bind"]);
});

Deno.test({
  ...requires(
    "create_connection() goes on to the next address when one fails",
    needs.ipv6,
  ),
  fn() {
    // null means loopback in both families, and only one of them has a listener.
    using four = socket.create_server(["127.0.0.1", 0]);
    using client = socket.create_connection([null, four.getsockname()[1]]);
    assertEquals(client.family as number, AF_INET as number);
    using six = socket.create_server(["::1", 0], { family: AF_INET6 });
    using other = socket.create_connection([null, six.getsockname()[1]]);
    assertEquals(other.family as number, AF_INET6 as number);
  },
});

Deno.test("create_server() may take an address again at once", () => {
  using first = socket.create_server(["127.0.0.1", 0]);
  const address = first.getsockname();
  // Where SO_REUSEADDR would let other sockets take the address over, the address is exclusive.
  const option = socket.hasattr("SO_EXCLUSIVEADDRUSE")
    ? socket.SO_EXCLUSIVEADDRUSE
    : socket.SO_REUSEADDR;
  assert(first.getsockopt(SOL_SOCKET, option) !== 0);
  // A connection that the server ends first keeps the port in TIME_WAIT.
  using client = socket.create_connection(address);
  first.accept()[0].close();
  assertEquals(client.recv(1).length, 0);
  client.close();
  first.close();
  using second = socket.create_server(address);
  assertEquals(second.getsockname(), address);
});

Deno.test("create_server() names the address that is in use", () => {
  using first = socket.create_server(["127.0.0.1", 0]);
  const address = first.getsockname();
  const error = assertThrows(
    () => socket.create_server(address),
    socket.OSError,
  );
  assertEquals([error.code, error.syscall, error.errno], [
    "EADDRINUSE",
    "bind",
    socket.errno.EADDRINUSE,
  ]);
  assertStringIncludes(
    error.message,
    `${osError(socket.errno.EADDRINUSE).strerror} ` +
      `(while attempting to bind on address ["127.0.0.1",${address[1]}])`,
  );
  // Any size of integer is one.
  const large = ["127.0.0.1", BigInt(address[1])] as never;
  assertThrows(
    () => socket.create_server(large),
    socket.OSError,
    "while attempting to bind",
  );
});

Deno.test({
  ...requires(
    "create_server() with reuse_port shares a port",
    needs.attribute("SO_REUSEPORT"),
  ),
  fn() {
    using first = socket.create_server(["127.0.0.1", 0], { reuse_port: true });
    using second = socket.create_server(first.getsockname(), {
      reuse_port: true,
    });
    assertEquals(second.getsockname(), first.getsockname());
    assertThrows(
      () => socket.create_server(first.getsockname()),
      socket.OSError,
    );
  },
});

Deno.test({
  ...requires("create_server()'s backlog is the listener's", needs.linux),
  fn() {
    // On Linux, a listener's TCP_INFO contains the length of its queue (tcpi_sacked).
    for (
      const [backlog, length] of [[3, 3], [0, 0], [undefined, 128], [
        null,
        128,
      ]] as const
    ) {
      using server = socket.create_server(["127.0.0.1", 0], { backlog });
      const info = server.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 64);
      assertEquals(new DataView(info.buffer).getUint32(28, true), length);
    }
  },
});

Deno.test({
  ...requires(
    "create_server() of IPv6 serves IPv6 only, with dualstack_ipv6 both",
    dualstack,
  ),
  fn() {
    using six = socket.create_server(["", 0], { family: AF_INET6 });
    const only = () => six.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY);
    assertEquals(only(), 1);
    const [, port] = six.getsockname();
    using own = socket.create_connection(["::1", port]);
    assertEquals(own.getpeername(), ["::1", port, 0, 0]);

    using dual = socket.create_server(["", 0], {
      family: AF_INET6,
      dualstack_ipv6: true,
    });
    using four = socket.create_connection([
      "127.0.0.1",
      dual.getsockname()[1],
    ]);
    const [connection, address] = dual.accept();
    using _ = connection;
    assertEquals(address[0], "::ffff:127.0.0.1");
    assertEquals(four.family as number, AF_INET as number);
  },
});

Deno.test({
  ...requires("create_server() serves a Unix path too", needs.unix),
  fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    using server = socket.create_server(path, { family: AF_UNIX });
    using client = new Socket(AF_UNIX);
    client.connect(path);
    server.accept()[0].close();
  },
});

/** A factory that sets an option, and remembers what it got and made. */
function recording() {
  const got: socket.AddressInfoTuple[] = [];
  const made: socket.Socket<socket.InetAddress | socket.Inet6Address>[] = [];
  return {
    got,
    made,
    socket_factory(info: socket.AddressInfoTuple) {
      got.push(info);
      const [family, type, proto] = info;
      const one = new Socket(family, type, proto);
      one.setsockopt(SOL_SOCKET, socket.SO_KEEPALIVE, 1);
      made.push(one);
      return one;
    },
  };
}

Deno.test("socket_factory makes the socket of each attempt, and of a listener", () => {
  const serving = recording();
  using server = socket.create_server(["localhost", 0], serving);
  assertEquals(serving.got, [
    [AF_INET, socket.SOCK_STREAM, 0, "", ["127.0.0.1", 0]] as never,
  ]);
  assertEquals(server as unknown, serving.made[0]);
  const connecting = recording();
  using client = socket.create_connection(
    server.getsockname(),
    3,
    null,
    connecting,
  );
  assertEquals(client, connecting.made[0]);
  assertEquals(client.timeout, 3);
  assert(client.getsockopt(SOL_SOCKET, socket.SO_KEEPALIVE) !== 0);
  assertEquals(connecting.got.length, 1);
  assertEquals(connecting.got[0].slice(0, 3), [
    AF_INET,
    socket.SOCK_STREAM,
    features.addrinfoProtocol ? socket.IPPROTO_TCP : 0,
  ]);
});

Deno.test({
  ...requires(
    "socket_factory chooses the protocol: MPTCP",
    needs.attribute("IPPROTO_MPTCP"),
    need(
      "the kernel's MPTCP",
      socket.hasattr("IPPROTO_MPTCP") &&
        succeeds(() =>
          new Socket(AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP).close()
        ),
    ),
  ),
  fn() {
    const mptcp = {
      socket_factory: ([family, type]: socket.AddressInfoTuple) =>
        new Socket(family, type, socket.IPPROTO_MPTCP),
    };
    using server = socket.create_server(["127.0.0.1", 0], mptcp);
    assertEquals(server.proto, socket.IPPROTO_MPTCP);
    using client = socket.create_connection(
      server.getsockname(),
      5,
      null,
      mptcp,
    );
    assertEquals(client.proto, socket.IPPROTO_MPTCP);
    server.accept()[0].close();
  },
});

Deno.test("a factory that throws or returns nonsense leaves nothing open", () => {
  using server = socket.create_server(["127.0.0.1", 0]);
  const address = server.getsockname();
  const connect = (factory: unknown) => () =>
    socket.create_connection(address, 5, null, {
      socket_factory: factory as socket.SocketFactory,
    });
  const listen = (factory: unknown) => () =>
    socket.create_server(["127.0.0.1", 0], {
      socket_factory: factory as socket.SocketFactory,
    });
  for (const call of [connect, listen]) {
    for (const nonsense of [null, undefined, 7, "socket", {}]) {
      assertThrows(call(() => nonsense), TypeError, "socket_factory");
    }
    assertThrows(call(7), TypeError, "socket_factory must be a function");
    assertThrows(
      call(() => {
        throw new RangeError("mine");
      }),
      RangeError,
      "mine",
    );
    // An OSError is a failure of the attempt.
    assertThrows(
      call(() => {
        throw new socket.PermissionError(socket.errno.EPERM, "not permitted");
      }),
      socket.PermissionError,
    );
    const awaiting = new AsyncSocket();
    assertThrows(call(() => awaiting), TypeError, "not AsyncSocket");
    assertEquals(awaiting.fileno(), -1);
    const other = new Socket(AF_INET6 as never);
    assertThrows(call(() => other), TypeError);
    assertEquals(other.fileno(), -1);
    const closed = new Socket();
    closed.close();
    assertThrows(call(() => closed), socket.OSError);
  }
});

Deno.test("onAttempt sees each attempt, and may end the call", () => {
  using nobody = deadEnd();
  const seen: unknown[] = [];
  const onAttempt = ({ type, address, info, error }: socket.AttemptEvent) => {
    assertEquals(info[4], address);
    seen.push([type, address, error?.code]);
  };
  const address = nobody.getsockname();
  assertThrows(
    () => socket.create_connection(address, 5, null, { onAttempt }),
    socket.ConnectionRefusedError,
  );
  assertEquals(seen.splice(0), [
    ["start", address, undefined],
    ["failure", address, "ECONNREFUSED"],
  ]);
  using server = socket.create_server(["127.0.0.1", 0]);
  for (const at of ["start", "success"]) {
    const factory = recording();
    assertThrows(
      () =>
        socket.create_connection(server.getsockname(), 5, null, {
          ...factory,
          onAttempt({ type }) {
            if (type !== at) return;
            throw new socket.PermissionError(
              socket.errno.EPERM,
              "not permitted",
            );
          },
        }),
      socket.PermissionError,
    );
    assertEquals(
      factory.made.map((one) => one.fileno()),
      at === "start" ? [] : [-1],
    );
  }
  assertThrows(
    () => socket.create_connection(address, 5, null, { onAttempt: 1 as never }),
    TypeError,
    "onAttempt must be a function",
  );
});
