// Many connections at once on a selector, each end ours or Python's.

import { assert, assertEquals } from "@std/assert";
import { AsyncSocket } from "../../async.ts";
import { errno, SO_RCVBUF, Socket, SOL_SOCKET } from "../../mod.ts";
import { osError } from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { isPosix, needs, requires } from "../support/requires.ts";
import { ours, pairs, type Program, theirs } from "./programs.ts";
import { shortSends } from "./short_sends.ts";

const LISTENING = /^Listening on \('127\.0\.0\.1', (\d+)\)\n/;
const INTERRUPTED = "Caught keyboard interrupt, exiting\n";

/** What each connection carries, either way. */
const BOTH = "Message 1 from client.Message 2 from client.";

const portOf = async (server: Program): Promise<string> =>
  (await server.out.until(LISTENING))[1];

/**
 * What was printed, by connection: the data of lines of the same kind as one, since where a stream of
 * bytes is cut is chance.
 */
function transcripts(lines: string): Record<string, string[]> {
  const told: Record<string, string[]> = {};
  for (
    const [, what, data = "", connection] of lines.matchAll(
      /^(\w+)(?: b'(.*)')? ?.*?(connection \d+|\('127[^)]*\))(?: to .*)?$/gm,
    )
  ) {
    const entries = told[connection] ??= [];
    const known = entries.findIndex((entry) => entry.startsWith(`${what}:`));
    if (known < 0) entries.push(`${what}:${data}`);
    else entries[known] += data;
  }
  return told;
}

for (const [which, one, other, needed] of pairs) {
  Deno.test({
    ...requires(`multiconn_server and multiconn_client: ${which}`, needed),
    async fn() {
      await using server = one("multiconn_server", ["127.0.0.1", "0"]);
      const port = await portOf(server);
      await using client = other("multiconn_client", ["127.0.0.1", port, "3"]);
      const { out, ...end } = await client.end();
      assertEquals(end, { code: 0, signal: null, err: "" });
      assertEquals(
        out.split("\n").slice(0, 3),
        [1, 2, 3].map((id) =>
          `Starting connection ${id} to ('127.0.0.1', ${port})`
        ),
      );
      const said = ["Starting:", `Sending:${BOTH}`, `Received:${BOTH}`];
      assertEquals(
        transcripts(out),
        Object.fromEntries(
          [1, 2, 3].map((id) => [`connection ${id}`, [...said, "Closing:"]]),
        ),
      );

      await server.out.until(/(Closing connection to [^]*){3}\n/);
      server.kill("SIGINT");
      const { out: served, ...ended } = await server.end();
      if (isPosix) { // elsewhere no process presses Ctrl-C for another
        assertEquals(ended, { code: 0, signal: null, err: "" });
        assert(served.endsWith(INTERRUPTED), served);
      }
      assertEquals(
        Object.values(transcripts(served.replace(LISTENING, ""))),
        Array(3).fill(["Accepted:", `Echoing:${BOTH}`, "Closing:"]),
      );
    },
  });
}

Deno.test({
  ...requires("multiconn_client prints what it does in Python", needs.python),
  async fn() {
    await using server = ours("multiconn_server", ["127.0.0.1", "0"]);
    const args = ["127.0.0.1", await portOf(server), "2"];
    await using our = ours("multiconn_client", args);
    await using their = theirs("multiconn_client", args);
    const lines = ({ out }: { out: string }): string[] =>
      // In which order the connections are ready, and in which pieces the echo comes, is chance.
      out.replaceAll(/^Received .*\n/gm, "").split("\n").toSorted();
    assertEquals(lines(await our.end()), lines(await their.end()));
  },
});

Deno.test("multiconn_server echoes a stream to a client with little room", async () => {
  await using server = ours("multiconn_server", ["127.0.0.1", "0"]);
  const port = Number(await portOf(server));
  using client = new AsyncSocket();
  client.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096);
  await client.connect(["127.0.0.1", port]);
  const data = utf8("0123456789abcdef".repeat(1 << 15));
  const sending = client.sendall(data);
  const received = new Uint8Array(data.length);
  for (let at = 0; at < data.length;) {
    const count = await client.recv_into(received.subarray(at));
    assert(count > 0, "the stream ended early");
    at += count;
  }
  await sending;
  assert(text(received) === text(data));
});

Deno.test("multiconn_server and multiconn_client send what is left when not all is taken", async () => {
  await using server = shortSends("multiconn_server", ["127.0.0.1", "0"]);
  const port = await portOf(server);
  await using client = shortSends("multiconn_client", ["127.0.0.1", port, "1"]);
  const { code, out, err } = await client.end();
  assertEquals([code, err], [0, ""]);
  const lefts = ["Message 1 from client.", "Message 2 from client."].flatMap(
    (message) => [0, 5, 10, 15, 20].map((start) => message.slice(start)),
  );
  assertEquals(
    out.match(/^Sending .*/gm),
    lefts.map((left) => `Sending b'${left}' to connection 1`),
  );
  const [, , received] = transcripts(out)["connection 1"];
  assertEquals(received, `Received:${BOTH}`);
});

Deno.test("multiconn_server outlives a client that resets its connection", async () => {
  await using server = ours("multiconn_server", ["127.0.0.1", "0"]);
  const port = await portOf(server);
  {
    using rude = new Socket();
    rude.connect(["127.0.0.1", Number(port)]);
    rude.sendall(utf8("hello"));
    // Closed with the echo unread, the connection is reset.
    await server.out.until(/^Echoing b'hello'/m);
    rude.recv(1);
  }
  await server.out.until(/^Closing connection to /m);
  assertEquals(
    server.err.text,
    `${osError(errno.ECONNRESET, "recv").message}\n`,
  );
  await using client = ours("multiconn_client", ["127.0.0.1", port, "1"]);
  assertEquals((await client.end()).code, 0);
});

Deno.test("multiconn_client tells which connections fail", async () => {
  using silent = new Socket();
  silent.bind(["127.0.0.1", 0]); // bound, but nobody listens
  const port = String(silent.getsockname()[1]);
  await using client = ours("multiconn_client", ["127.0.0.1", port, "2"]);
  const { code, out, err } = await client.end();
  assertEquals(code, 1);
  // Elsewhere the first event says just that there is no connection.
  const { message } = osError(errno.ECONNREFUSED, "recv");
  const why = isPosix ? message : "…";
  assertEquals(
    err.trimEnd().split("\n").toSorted().map((line) =>
      isPosix ? line : line.replace(/\[.*/, why)
    ),
    [1, 2].map((id) => `Connection ${id} failed: ${why}`),
  );
  const failed = ["Starting:", "Closing:"];
  assertEquals(
    transcripts(out),
    { "connection 1": failed, "connection 2": failed },
  );
});

Deno.test({
  ...requires("multiconn_client ends at Ctrl-C", needs.posix),
  async fn() {
    using listener = new Socket();
    listener.bind(["127.0.0.1", 0]);
    listener.listen(); // who connects waits for an echo that never comes
    const port = String(listener.getsockname()[1]);
    await using client = ours("multiconn_client", ["127.0.0.1", port, "1"]);
    await client.out.until(/^Sending b'Message 2.*\n/m);
    client.kill("SIGINT");
    const { code, signal, out, err } = await client.end();
    assertEquals([code, signal, err], [0, null, ""]);
    assert(out.endsWith(INTERRUPTED), out);
  },
});
