// The echo servers and clients of Python's documentation, each end ours or Python's.

import { assertEquals, assertMatch } from "@std/assert";
import { has_dualstack_ipv6, Socket } from "../../mod.ts";
import {
  hasIPv6,
  type Need,
  need,
  needs,
  requires,
} from "../support/requires.ts";
import { ours, pairs } from "./programs.ts";

const dualStack = need(
  "dual-stack sockets",
  hasIPv6 && has_dualstack_ipv6(),
);

const PEER4 = /^Connected by \('127\.0\.0\.1', \d+\)\n$/;
const PEER6 = /^Connected by \('::1', \d+, 0, 0\)\n$/;
const MAPPED = /^Connected by \('::ffff:127\.0\.0\.1', \d+, 0, 0\)\n$/;

/** The server, the address it is given, the client, the address that is given, and what is printed. */
const calls: [string, string, string, string, RegExp, Need?][] = [
  ["echo_server", "127.0.0.1", "echo_client", "127.0.0.1", PEER4],
  ["echo_server", "", "echo_client", "localhost", PEER4],
  ["echo_server_dual", "127.0.0.1", "echo_client_dual", "127.0.0.1", PEER4],
  ["echo_server_dual", "::1", "echo_client_dual", "::1", PEER6, needs.ipv6],
  ["echo_server_dualstack", "", "echo_client_dual", "::1", PEER6, dualStack],
  [
    "echo_server_dualstack",
    "",
    "echo_client",
    "127.0.0.1",
    MAPPED,
    dualStack,
  ],
];

for (const [which, one, other, needed] of pairs) {
  for (
    const [serverName, local, clientName, remote, said, absent = false] of calls
  ) {
    Deno.test({
      ...requires(
        `${serverName} (${local || "any"}) and ${clientName}: ${which}`,
        needed,
        absent,
      ),
      async fn() {
        await using server = one(serverName, [local, "0"]);
        const port = await server.port();
        await using client = other(clientName, [remote, port]);
        assertEquals(await client.end(), {
          code: 0,
          signal: null,
          out: "Received b'Hello, world'\n",
          err: "",
        });
        const { code, out } = await server.end();
        assertEquals(code, 0);
        assertMatch(out, said);
      },
    });
  }
}

Deno.test("the client of getaddrinfo's loop says when no address answers", async () => {
  using silent = new Socket();
  silent.bind(["127.0.0.1", 0]); // bound, but nobody listens
  const port = String(silent.getsockname()[1]);
  await using client = ours("echo_client_dual", ["127.0.0.1", port]);
  assertEquals(await client.end(), {
    code: 1,
    signal: null,
    out: "could not open socket\n",
    err: "",
  });
});

Deno.test("the server of getaddrinfo's loop says when no address can be bound", async () => {
  using taken = new Socket();
  taken.bind(["127.0.0.1", 0]);
  const port = String(taken.getsockname()[1]);
  await using server = ours("echo_server_dual", ["127.0.0.1", port]);
  assertEquals(await server.end(), {
    code: 1,
    signal: null,
    out: "could not open socket\n",
    err: "",
  });
});

for (
  const name of [
    "echo_server",
    "echo_server_dual",
    "echo_server_dualstack",
    "selectors_echo",
  ]
) {
  const absent = name.endsWith("stack") && dualStack;
  const host = name.endsWith("stack") ? "" : "127.0.0.1";

  Deno.test({
    ...requires(`${name} ends at Ctrl-C without a word`, absent, needs.posix),
    async fn() {
      await using server = ours(name, [host, "0"]);
      await server.port();
      server.kill("SIGINT");
      const { signal, out, err } = await server.end();
      assertEquals([signal, out], ["SIGINT", ""]);
      assertMatch(err, /^Listening on .*\n$/);
    },
  });
}

Deno.test("selectors_echo serves two clients at once", async () => {
  await using server = ours("selectors_echo", ["127.0.0.1", "0"]);
  const port = await server.port();
  using waiting = new Socket(); // connected first, it is no hindrance
  waiting.connect(["127.0.0.1", Number(port)]);
  await using client = ours("echo_client", ["127.0.0.1", port]);
  assertEquals((await client.end()).out, "Received b'Hello, world'\n");
  await server.out.until(/^closing <Socket fd=.*\n/m);
  waiting.close();
  await server.out.until(/^closing [^]*^closing .*\n/m);
  assertMatch(
    server.out.text,
    /^accepted <Socket .*> from \('127\.0\.0\.1', \d+\)\n/,
  );
  assertMatch(
    server.out.text,
    /^echoing b'Hello, world' to <Socket fd=\d+, family=AF_INET, /m,
  );
});
