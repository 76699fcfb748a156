// The programs with a message protocol of their own, each end ours or Python's.

import { assertEquals, assertMatch } from "@std/assert";
import { IPPROTO_TCP, Socket, TCP_NODELAY } from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { isPosix, needs, requires } from "../support/requires.ts";
import { ours, type Program, type Start, theirs } from "./programs.ts";
import { shortSends } from "./short_sends.ts";

const LISTENING = /^Listening on \('127\.0\.0\.1', (\d+)\)\n/;

const portOf = async (server: Program): Promise<string> =>
  (await server.out.until(LISTENING))[1];

const withoutPorts = (printed: string): string =>
  printed.replaceAll(/\('127\.0\.0\.1', \d+\)/g, "(LOCAL)");

/** Actions and values, and what the client prints last but one. */
const requests: [action: string, value: string, answer: string][] = [
  [
    "search",
    "ring",
    "Got result: In the caves beneath the Misty Mountains. \u{1f48d}",
  ],
  ["search", 'it\'s "x"\n\\', "Got result: No match for 'it's \"x\"\n\\'."],
  ["search", "constructor", "Got result: No match for 'constructor'."],
  [
    "binary",
    "\u{1f603}",
    "Got response: b'First 10 bytes of request: binary\\xf0\\x9f\\x98\\x83'",
  ],
];

/** What a server and the clients of both makes print, for every request. */
async function session(
  start: Start,
  clients: readonly Start[],
): Promise<{ server: string; clients: string[] }> {
  await using server = start("app/server", ["127.0.0.1", "0"]);
  const port = await portOf(server);
  const printed: string[] = [];
  for (const client of clients) {
    for (const [action, value, answer] of requests) {
      const args = ["127.0.0.1", port, action, value];
      await using program = client("app/client", args);
      const { out, ...end } = await program.end();
      assertEquals(end, { code: 0, signal: null, err: "" });
      assertEquals(
        out.split("\n", 1)[0],
        `Starting connection to ('127.0.0.1', ${port})`,
      );
      assertEquals(
        out.slice(out.indexOf("\nGot ") + 1),
        `${answer}\nClosing connection to ('127.0.0.1', ${port})\n`,
      );
      printed.push(withoutPorts(out));
    }
  }
  server.kill("SIGINT");
  const { out, ...end } = await server.end();
  if (isPosix) { // elsewhere no process presses Ctrl-C for another
    assertEquals(end, { code: 0, signal: null, err: "" });
    assertMatch(out, /\nCaught keyboard interrupt, exiting\n$/);
  }
  return { server: withoutPorts(out), clients: printed };
}

Deno.test({
  ...requires(
    "app/server and app/client print what they do in Python, and understand it",
    needs.python,
  ),
  async fn() {
    const our = await session(ours, [ours, theirs]);
    const their = await session(theirs, [ours, theirs]);
    assertEquals(our, their);
    const half = requests.length;
    assertEquals(our.clients.slice(0, half), our.clients.slice(half));
  },
});

Deno.test("app/server and app/client: ours with ours", async () => {
  await session(ours, [ours]);
});

/** A message as bytes; what is not given, is right. */
function message(
  content: string,
  header: object = {},
): Uint8Array<ArrayBuffer> {
  const body = utf8(content);
  const head = utf8(JSON.stringify({
    byteorder: "little",
    "content-type": "text/json",
    "content-encoding": "utf-8",
    "content-length": body.length,
    ...header,
  }));
  const length = Uint8Array.of(head.length >> 8, head.length & 255);
  const all = new Uint8Array(2 + head.length + body.length);
  all.set(length);
  all.set(head, 2);
  all.set(body, 2 + head.length);
  return all;
}

function connect(port: string): Socket {
  const socket = new Socket();
  socket.settimeout(20);
  socket.connect(["127.0.0.1", Number(port)]);
  return socket;
}

/** All that comes, up to the end. */
function received(socket: Socket): string {
  let all = "";
  for (let data; (data = socket.recv(4096)).length > 0;) all += text(data);
  return all;
}

const search = '{"action": "search", "value": "ring"}';

Deno.test("app/server understands a message that comes byte by byte", async () => {
  await using server = ours("app/server", ["127.0.0.1", "0"]);
  using socket = connect(await portOf(server));
  socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
  for (const byte of message(search)) socket.sendall(Uint8Array.of(byte));
  assertMatch(received(socket), /"result": "In the caves/);
});

Deno.test("app/server and app/client send what is left when not all is taken", async () => {
  await using server = shortSends("app/server", ["127.0.0.1", "0"]);
  const args = ["127.0.0.1", await portOf(server), "search", "ring"];
  await using client = shortSends("app/client", args);
  const { code, out } = await client.end();
  assertEquals(code, 0);
  assertMatch(out, /^Got result: In the caves/m);
  await server.out.until(/^Closing connection to .*\n/m);
  for (const printed of [out, server.out.text]) {
    // What is left is printed with each part: the message, without its first five bytes, and so on.
    const lengths = [...printed.matchAll(/^Sending b'(.*)' to/gm)]
      .map(([, left]) => left.replaceAll(/\\x..|\\./g, "?").length);
    const count = Math.ceil(lengths[0] / 5);
    assertEquals(
      lengths,
      Array.from({ length: count }, (_, i) => lengths[0] - 5 * i),
    );
  }
});

const broken: [what: string, bytes: Uint8Array<ArrayBuffer>, error: RegExp][] =
  [
    ["a header that is no JSON", utf8("\0\x05{{{{{"), /SyntaxError: .*/],
    ["a header that is no object", utf8("\0\x01" + "1"), /Missing required/],
    [
      "no content-length",
      message("", { "content-length": undefined }),
      /Error: Missing required header 'content-length'\./,
    ],
    [
      "a negative length",
      message("", { "content-length": -1 }),
      /Error: Invalid content-length -1\./,
    ],
    [
      "a length beyond all bounds",
      message("", { "content-length": 1e15 }),
      /Error: Invalid content-length 1000000000000000\./,
    ],
    [
      "an encoding that nobody knows",
      message("{}", { "content-encoding": "klingon" }),
      /RangeError: .*/,
    ],
    ["content that is no JSON", message("{"), /SyntaxError: .*/],
    ["content that is no UTF-8", message("?").fill(255, -1), /TypeError: .*/],
  ];

for (const [what, bytes, error] of broken) {
  Deno.test(`app/server ends a connection with ${what}, and that alone`, async () => {
    await using server = ours("app/server", ["127.0.0.1", "0"]);
    const port = await portOf(server);
    using before = connect(port);
    before.sendall(message(search).subarray(0, 20)); // in the middle of its message
    using rude = connect(port);
    rude.sendall(bytes);
    const [, told] = await server.out.until(
      /^Main: Error: Exception for \('127\.0\.0\.1', \d+\):\n(.*)\nClosing connection to .*\n/m,
    );
    assertMatch(told, error);
    before.sendall(message(search).subarray(20));
    assertMatch(received(before), /"result": "In the caves/);
  });
}

Deno.test("app/server answers a request that it does not know", async () => {
  await using server = ours("app/server", ["127.0.0.1", "0"]);
  const port = await portOf(server);
  const answers = ['{"action": "dance"}', "{}", "[]", "null", "1"].map(
    (content) => {
      using socket = connect(port);
      socket.sendall(message(content));
      return /\{"result": (.*)\}$/.exec(received(socket))?.[1];
    },
  );
  const invalid = (action: string) => `"Error: invalid action '${action}'."`;
  assertEquals(answers, [
    invalid("dance"),
    ...Array(4).fill(invalid("None")),
  ]);
});

Deno.test("app/client says when the server goes without an answer", async () => {
  using listener = new Socket();
  listener.bind(["127.0.0.1", 0]);
  listener.listen();
  listener.settimeout(20);
  const port = String(listener.getsockname()[1]);
  await using client = ours("app/client", ["127.0.0.1", port, "search", "it"]);
  const [connection] = listener.accept();
  await client.out.until(/^Sending .*\n/m);
  connection.recv(4096);
  connection.close();
  const { code, out } = await client.end();
  assertEquals(code, 1);
  assertMatch(
    out,
    /\nMain: Error: Exception for \('127\.0\.0\.1', \d+\):\nError: Peer closed\.\nClosing connection to .*\n$/,
  );
});

Deno.test("app/client says when there is no server", async () => {
  using silent = new Socket();
  silent.bind(["127.0.0.1", 0]); // bound, but nobody listens
  const port = String(silent.getsockname()[1]);
  await using client = ours("app/client", ["127.0.0.1", port, "search", "it"]);
  const { code, out } = await client.end();
  assertEquals(code, 1);
  assertMatch(out, /\n(\w+): .*\nClosing connection to .*\n$/);
  // Elsewhere the first event says just that there is no connection.
  if (isPosix) assertMatch(out, /\nConnectionRefusedError: /);
});

Deno.test({
  ...requires("app/client ends at Ctrl-C", needs.posix),
  async fn() {
    using listener = new Socket();
    listener.bind(["127.0.0.1", 0]);
    listener.listen(); // who connects waits for an answer that never comes
    const port = String(listener.getsockname()[1]);
    await using client = ours("app/client", [
      "127.0.0.1",
      port,
      "search",
      "it",
    ]);
    await client.out.until(/^Sending .*\n/m);
    client.kill("SIGINT");
    const { code, signal, out, err } = await client.end();
    assertEquals([code, signal, err], [0, null, ""]);
    assertMatch(out, /\nCaught keyboard interrupt, exiting\n$/);
  },
});
