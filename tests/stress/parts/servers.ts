/**
 * The examples' servers against clients that mean harm: malformed framing, oversized headers, paths
 * that climb, prototype keys, connections that say nothing, floods and resets, descriptors that
 * nobody asked for. After each round they serve an honest client, have closed what the others
 * opened, and in the end have not grown.
 */

import { AsyncSocket, send_fds, socketpair } from "../../../async.ts";
import { concat } from "../../../bytes.ts";
import { AF_UNIX, SOCK_DGRAM } from "../../../mod.ts";
import { text, utf8 } from "../../support/bytes.ts";
import { beside, temporaryFolder } from "../../support/files.ts";
import { attack, bearing, PATIENCE, type Target } from "../servers/attack.ts";
import { datagrams } from "../servers/datagrams.ts";
import { singles } from "../servers/singles.ts";
import { streams } from "../servers/streams.ts";
import type { PartOptions } from "../support/part.ts";
import { Random } from "../support/random.ts";

/** How long a server is attacked at least, in seconds. */
const LEAST = 0.7;

const paths = [
  "/../../../../etc/passwd",
  "//etc/passwd",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/..%c0%af..%c0%afetc/passwd",
  "/\0",
  `/${"a".repeat(70_000)}`,
  "/__proto__/constructor",
];

function hostileRequest(random: Random): Uint8Array {
  const head = random.pick([
    () => `GET ${random.pick(paths)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    () => `GET / HTTP/1.1\r\nA: ${"x".repeat(random.below(200_000))}\r\n\r\n`,
    () => `GET / HTTP/1.1\r\n${"__proto__: 1\r\n".repeat(3000)}\r\n`,
    () => "GET / HTTP/1.1\r\nHost: a\r\nconstructor: b\r\n__proto__: c\r\n\r\n",
    () => "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nabc",
    () => "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1e99\r\n\r\n",
    () =>
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
      "ffffffffffffffff\r\n",
    () => "GET / HTTP/1.1\n \n\n",
    () => "\r\n".repeat(random.below(10_000)),
    () => "GET / HTTP/9.9\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
  ])();
  return utf8(head);
}

/** A message of app/message.ts, whose header need not be one. */
function message(header: string, content = "", length?: number): Uint8Array {
  const head = utf8(header);
  const size = length ?? head.length;
  return concat(Uint8Array.of(size >> 8, size & 0xff), head, utf8(content));
}

function appHeader(content: unknown, fields: object = {}): string {
  return JSON.stringify({
    byteorder: "little",
    "content-type": "text/json",
    "content-encoding": "utf-8",
    "content-length": content,
    ...fields,
  });
}

function hostileMessage(random: Random): Uint8Array {
  const deep = "[".repeat(20_000);
  const contents = [
    '{"__proto__":{"action":"search"},"value":"ring"}',
    '{"action":"search","value":"__proto__"}',
    '{"action":"constructor","value":{"toString":1}}',
    '{"action":{"toString":null},"value":null}',
    "null",
    "[".repeat(100_000) + "]".repeat(100_000),
    "{",
  ];
  return random.pick([
    () => message(appHeader(random.pick([-1, 1e99, 2 ** 40, "5", null, 0.5]))),
    () => message(appHeader(1 << 24), "never all of it"),
    () => {
      const content = random.pick(contents);
      return message(appHeader(content.length), content);
    },
    () => message(appHeader(2, { "content-encoding": "constructor" }), "{}"),
    () => message(appHeader(2, { "content-encoding": { a: 1 } }), "{}"),
    () => message(appHeader(2, { "content-type": { toString: 1 } }), "{}"),
    () => message('{"__proto__":{"content-length":4,"byteorder":"little"}}'),
    () => message(deep),
    () => message("null"),
    () => message("{}", "", random.below(65_536)),
    () => message("", ""),
  ])();
}

const hostileBytes = (random: Random) => random.bytes(random.below(100_000));

const search = '{"action": "search", "value": "morpheus"}';
const get = utf8("GET /honest HTTP/1.0\r\nHost: a\r\n\r\n");

export function targets(file: string): Target[] {
  return [
    {
      name: "http_server",
      args: ["127.0.0.1", "0"],
      request: get,
      answer: "You asked for /honest",
      hostile: hostileRequest,
    },
    {
      name: "web_server",
      args: ["127.0.0.1", "0"],
      request: get,
      answer: "HTTP/1.1 200",
      hostile: hostileRequest,
    },
    {
      name: "app/server",
      args: ["127.0.0.1", "0"],
      request: message(appHeader(search.length), search),
      answer: "Follow the white rabbit",
      hostile: hostileMessage,
    },
    {
      name: "file_server",
      args: [file, "127.0.0.1", "0"],
      request: new Uint8Array(),
      answer: "The examples' servers against",
      hostile: hostileBytes,
    },
    ...["multiconn_server", "selectors_echo"].map((name) => ({
      name,
      args: ["127.0.0.1", "0"],
      request: utf8("honest"),
      answer: "honest",
      hostile: hostileBytes,
    })),
    {
      name: "http_handlers",
      args: ["127.0.0.1", "0"],
      request: get,
      answer: "Hello from a handler",
      hostile: hostileRequest,
    },
  ];
}

/** Passes descriptors that fd_receiver.ts did not ask for, and then a connection. */
async function passDescriptors(path: string, random: Random): Promise<void> {
  using sender = new AsyncSocket(AF_UNIX, SOCK_DGRAM);
  sender.settimeout(PATIENCE);
  await sender.connect(path);
  for (let i = 0; i < 50; i++) {
    const [a, b] = socketpair();
    using _a = a;
    using _b = b;
    using file = Deno.openSync(beside("README.md"));
    void file;
    const some = [a.fileno(), sender.fileno(), 0, 1, 2];
    const fds = Array.from(
      { length: random.below(20) },
      () => random.pick(some),
    );
    const data = random.bytes(random.below(1000));
    await bearing(() =>
      fds.length === 0 ? sender.send(data) : send_fds(sender, [data], fds)
    );
  }
  const [a, b] = socketpair();
  using mine = b;
  mine.settimeout(PATIENCE);
  {
    using _ = a;
    await send_fds(sender, [Uint8Array.of(1)], [a.fileno()]);
  }
  const said = text(await mine.recv(100));
  if (!said.startsWith("Hello")) throw new Error(`fd_receiver said ${said}`);
}

/** Runs the part. In a short time, only some of the servers get their turn, at random. */
export async function run(options: PartOptions): Promise<void> {
  const file = beside("stress/parts/servers.ts");
  using folder = temporaryFolder();
  const path = `${folder.path}/receiver`;
  const all: Target[] = [
    ...targets(file),
    ...await streams(folder.path),
    ...singles(),
    datagrams,
    {
      ...datagrams,
      name: "fd_receiver",
      args: [path],
      round: (_server, _port, random) => passDescriptors(path, random),
    },
  ];
  options.log(`${all.length} servers`);
  // A seed has its server, so that what failed is repeated first.
  const { seed } = options.random;
  const end = performance.now() + options.seconds * 1000;
  // About a second of each turn is the server's start.
  const seconds = Math.max(LEAST, options.seconds / all.length - 1);
  for (let i = 0; i < all.length && performance.now() < end; i++) {
    const own = { ...options, seconds, random: new Random(seed + i) };
    await attack(own, all[(seed + i) % all.length], all.length);
  }
}
