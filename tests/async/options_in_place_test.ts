/** Options may stand in place of the positional parameters left out. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as async from "../../async.ts";
import { AF_INET, MessageVector, SOCK_DGRAM, Socket } from "../../mod.ts";
import * as blocking from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { asyncTcpPair, tcpPair, udpPair } from "../support/pairs.ts";
import { needs, requires } from "../support/requires.ts";

type Udp = async.AsyncSocket<async.InetAddress>;
type Call = (socket: Udp, options: async.WaitOptions) => Promise<unknown>;

const data = utf8("x");
const room = (): Uint8Array => new Uint8Array(8);

/** Each call that has parameters to leave out, with options at every place where they may stand. */
const calls: Record<string, Call[]> = {
  recv: [
    (s, o) => s.recv(8, o),
    (s, o) => s.recv(8, 0, o),
  ],
  recv_into: [
    (s, o) => s.recv_into(room(), o),
    (s, o) => s.recv_into(room(), 1, o),
    (s, o) => s.recv_into(room(), 1, 0, o),
  ],
  recvfrom: [
    (s, o) => s.recvfrom(8, o),
    (s, o) => s.recvfrom(8, 0, o),
  ],
  recvfrom_into: [
    (s, o) => s.recvfrom_into(room(), o),
    (s, o) => s.recvfrom_into(room(), 1, o),
    (s, o) => s.recvfrom_into(room(), 1, 0, o),
  ],
  recvmsg: [
    (s, o) => s.recvmsg(8, o),
    (s, o) => s.recvmsg(8, 64, o),
    (s, o) => s.recvmsg(8, 64, 0, o),
  ],
  recvmsg_into: [
    (s, o) => s.recvmsg_into([room()], o),
    (s, o) => s.recvmsg_into([room()], 64, o),
    (s, o) => s.recvmsg_into([room()], 64, 0, o),
  ],
  recvmmsg: [
    (s, o) => s.recvmmsg(new MessageVector(s, 2, 8), o),
    (s, o) => s.recvmmsg(new MessageVector(s, 2, 8), 1, o),
    (s, o) => s.recvmmsg(new MessageVector(s, 2, 8), 1, 2, o),
    (s, o) => s.recvmmsg(new MessageVector(s, 2, 8), 1, 2, 0, o),
  ],
  recv_fds: [
    (s, o) => async.recv_fds(s, 8, 1, o),
    (s, o) => async.recv_fds(s, 8, 1, 0, o),
  ],
  send: [
    (s, o) => s.send(data, o),
    (s, o) => s.send(data, 0, o),
  ],
  sendall: [
    (s, o) => s.sendall(data, o),
    (s, o) => s.sendall(data, 0, o),
  ],
  sendto: [
    (s, o) => s.sendto(data, s.getpeername(), o),
    (s, o) => s.sendto(data, 0, s.getpeername(), o),
  ],
  sendmsg: [
    (s, o) => s.sendmsg([data], o),
    (s, o) => s.sendmsg([data], [], o),
    (s, o) => s.sendmsg([data], new Set(), 0, o),
    (s, o) => s.sendmsg([data], [], 0, s.getpeername(), o),
  ],
  sendmmsg: [
    (s, o) => s.sendmmsg(new MessageVector(s, [data]), o),
    (s, o) => s.sendmmsg(new MessageVector(s, [data]), 0, o),
    (s, o) => s.sendmmsg(new MessageVector(s, [data]), 0, 1, o),
    (s, o) => s.sendmmsg(new MessageVector(s, [data]), 0, 1, 0, o),
  ],
  send_fds: [
    (s, o) => async.send_fds(s, [data], [], o),
    (s, o) => async.send_fds(s, [data], [], 0, o),
    (s, o) => async.send_fds(s, [data], [], 0, s.getpeername(), o),
  ],
};

for (const [name, forms] of Object.entries(calls)) {
  Deno.test({
    ...requires(`${name}() takes options at each place`, needs.posix),
    async fn() {
      using pair = udpPair();
      using a = async.AsyncSocket.from(pair.a);
      using b = async.AsyncSocket.from(pair.b);
      const aborted = AbortSignal.abort(new SyntaxError("aborted"));
      const { signal } = new AbortController();
      for (const form of forms) {
        await assertRejects(() => form(a, { signal: aborted }), SyntaxError);
        for (const options of [{ signal }, {}, { signal: undefined }]) {
          await b.send(data);
          await form(a, options); // with its defaults, it succeeds
        }
      }
    },
  });
}

Deno.test("sendfile(), splice(), getaddrinfo() and getfqdn() take options at each place", async () => {
  using pair = await asyncTcpPair();
  const { a, b } = pair;
  using other = await asyncTcpPair();
  const options = { signal: AbortSignal.abort(new SyntaxError("aborted")) };
  const file = import.meta.filename!;
  for (
    const call of [
      () => a.sendfile(file, options),
      () => a.sendfile(file, 1, options),
      () => a.sendfile(file, 1, 2, options),
      () => async.splice(b, other.a, options),
      () => async.splice(b, other.a, 5, options),
      () => async.getaddrinfo("localhost", 1, options),
      () => async.getaddrinfo("localhost", 1, AF_INET, options),
      () => async.getaddrinfo("localhost", 1, AF_INET, SOCK_DGRAM, options),
      () => async.getaddrinfo("localhost", 1, AF_INET, SOCK_DGRAM, 0, options),
      () => async.getfqdn(options),
      () => async.getfqdn("localhost", options),
      () => async.create_connection(["localhost", 1], options),
      () => async.create_connection(["localhost", 1], 5, options),
      () => async.create_connection(["localhost", 1], 5, null, options),
    ]
  ) await assertRejects<Error>(call, SyntaxError);
});

Deno.test("what follows options in place of parameters is refused", async () => {
  using pair = await asyncTcpPair();
  const { a } = pair;
  const options = {} as async.WaitOptions;
  await assertRejects(
    () => a.recv_into(new Uint8Array(8), options, 5),
    TypeError,
    "nbytes must be an integer, not Object",
  );
  await assertRejects(
    () => a.recv(8, options, options),
    TypeError,
    "flags must be an integer, not Object",
  );
  await assertRejects(
    () => a.recv(8, AbortSignal.timeout(1) as never),
    TypeError,
    "options must be { signal }, not an AbortSignal",
  );
  await assertRejects(
    () => a.sendmsg([data], {}, 0, ["127.0.0.1", 1]),
    TypeError,
    "ancdata must be an iterable, not Object",
  );
  await assertRejects(
    () => a.recv(8, null as never),
    TypeError,
    "flags must be an integer, not null",
  );
});

for (const [name, twin] of Object.entries({ blocking, async })) {
  Deno.test(`create_connection() takes its parameters by name: ${name}`, async () => {
    using listener = new Socket();
    listener.bind(["127.0.0.1", 0]);
    listener.listen();
    const address = listener.getsockname();
    const { create_connection } = twin;
    const source_address = ["127.0.0.1", 0] as const;
    {
      using client = await create_connection(address, { timeout: 5 });
      assertEquals(client.gettimeout(), 5);
    }
    {
      using client = await create_connection(address, { timeout: null });
      assertEquals(client.gettimeout(), null);
    }
    {
      using client = await create_connection(address, 4, {
        source_address,
        all_errors: true,
      });
      assertEquals(client.gettimeout(), 4);
    }
    const call = async (...args: unknown[]): Promise<void> =>
      (await create_connection(address, ...args as [])).close();
    await assertRejects(
      () => call({ source_address: ["127.0.0.1", "0"] }),
      TypeError,
      "source_address: port must be an integer, not string",
    );
    await assertRejects(
      () => call(5, null, { timeout: 5 }),
      TypeError,
      "timeout must not be passed twice, also in options",
    );
    await assertRejects(
      () => call(5, source_address, { source_address }),
      TypeError,
      "source_address must not be passed twice, also in options",
    );
    await assertRejects(
      () => call({ timeout: "5" }),
      TypeError,
      "timeout must be a number of seconds or null, not string",
    );
    await assertRejects(
      () => call({ all_errors: true }, source_address),
      TypeError,
      "timeout must be a number of seconds or null, not Object",
    );
  });
}

Deno.test("makefile() takes options in place of the mode and of the buffering", () => {
  using pair = tcpPair();
  const { a, b } = pair;
  b.sendall(new Uint8Array([0xfc, 0x0a]));
  {
    using file = a.makefile("rw", { encoding: "latin-1" });
    assertEquals(file.mode, "rw");
    assertEquals(file.readline(), "ü\n");
  }
  {
    using file = a.makefile({ encoding: "latin-1" });
    assertEquals([file.mode, file.encoding], ["r", "latin-1"]);
  }
  {
    using file = a.makefile("rb", { buffering: 0 });
    b.sendall(utf8("y"));
    assertEquals(file instanceof blocking.SocketIO, true);
    assertEquals(text(file.read(1)!), "y");
  }
  assertThrows(
    () => a.makefile("rb", 0, { buffering: 0 } as never),
    TypeError,
    "buffering must not be passed twice, also in options",
  );
  assertThrows(
    () => a.makefile("r", { buffering: 0 }),
    RangeError,
    "buffering: unbuffered streams must be binary",
  );
});
