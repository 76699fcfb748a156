/**
 * The examples' servers against clients that mean harm: malformed framing, oversized headers, paths
 * that climb, prototype keys, connections that say nothing, floods and resets, descriptors that
 * nobody asked for. After each round they serve an honest client, have closed what the others
 * opened, and in the end have not grown.
 */

import { AsyncSocket, send_fds, socketpair } from "../../../async.ts";
import { concat } from "../../../bytes.ts";
import {
  AF_UNIX,
  encodeLinger,
  OSError,
  SHUT_WR,
  SO_LINGER,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../../../mod.ts";
import { ours, type Program } from "../../examples/programs.ts";
import { text, utf8 } from "../../support/bytes.ts";
import { beside, temporaryFolder } from "../../support/files.ts";
import { type PartOptions, rounds } from "../support/part.ts";
import type { Random } from "../support/random.ts";

/** How long an honest client may wait, in seconds. */
const PATIENCE = 30;
/** How much a server may grow from the second third of the time to the last, in MiB. */
const GROWTH = 64;

/**
 * How many descriptors a server may open for itself in the course of all rounds: the first time
 * that it is busy, a pair of Unix sockets is made. A connection that is left open in one round out
 * of ten exceeds that soon.
 */
const OWN = 4;

interface Target {
  readonly name: string;
  readonly args: string[];
  /** What an honest client sends, and must find in the answer. */
  readonly request: Uint8Array;
  readonly answer: string;
  /** Makes bytes that mean harm. */
  hostile(random: Random): Uint8Array;
}

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

function targets(file: string): Target[] {
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
  ];
}

/** Runs a call of a client; that the server ends its connection is no failure. */
async function bearing(call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
  }
}

async function connected(port: number): Promise<AsyncSocket> {
  const socket = new AsyncSocket();
  try {
    socket.settimeout(PATIENCE);
    await socket.connect(["127.0.0.1", port]);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** One client that means harm. Returns its socket if it stays. */
async function harm(
  { hostile }: Target,
  port: number,
  random: Random,
): Promise<AsyncSocket | undefined> {
  const stays = random.chance(0.1);
  const resets = random.chance(0.4);
  const halfCloses = random.chance(0.3);
  const reads = random.chance(0.5);
  const all = hostile(random);
  const sent = random.chance(0.3)
    ? all.subarray(0, random.below(all.length + 1))
    : all;
  const socket = await connected(port);
  socket.settimeout(0.2);
  await bearing(() => socket.sendall(sent));
  if (halfCloses) await bearing(() => socket.shutdown(SHUT_WR));
  if (reads) {
    await bearing(async () => {
      const said = text(await socket.recv(100_000));
      if (/^root:/m.test(said)) throw new Error(`it sent ${said}`);
    });
  }
  if (stays) return socket;
  if (resets) {
    await bearing(() =>
      socket.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0))
    );
  }
  await bearing(() => socket.close());
  return undefined;
}

/** An honest client, which must be served. */
async function honest(
  { name, request, answer }: Target,
  port: number,
): Promise<void> {
  using socket = await connected(port);
  await socket.sendall(request);
  let said = "";
  while (!said.includes(answer)) {
    const data = await socket.recv(65_536);
    if (data.length === 0) {
      throw new Error(`${name} said ${JSON.stringify(said.slice(0, 200))}`);
    }
    said += text(data);
  }
}

/** What a process holds: descriptors, and memory in MiB. `undefined` where /proc does not say. */
function held(
  { pid }: Program,
): { descriptors: number; memory: number } | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return {
    descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    memory: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024,
  };
}

/** Waits until a server has no more descriptors than before, and a few of its own. */
async function released(
  name: string,
  server: Program,
  before: number,
): Promise<void> {
  const end = performance.now() + PATIENCE * 1000;
  for (;;) {
    const now = held(server)?.descriptors ?? 0;
    if (now <= before + OWN) return;
    if (performance.now() > end) {
      throw new Error(`${name} has ${now} descriptors, not ${before}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs rounds against one server: floods, then an honest client. */
async function attack(
  { random, seconds, log }: PartOptions,
  name: string,
  server: Program,
  round: (random: Random) => Promise<void>,
): Promise<void> {
  await round(random);
  const before = held(server)?.descriptors ?? 0;
  const begun = performance.now();
  const memory = [Infinity, Infinity, Infinity]; // the least in each third of the time
  const count = await rounds({ random, seconds }, async (random) => {
    try {
      await round(random);
      await released(name, server, before);
    } catch (error) {
      console.log(server.out.text.slice(-500), server.err.text.slice(-2000));
      throw error;
    }
    const third = Math.floor((performance.now() - begun) / seconds / 334);
    const at = Math.min(third, 2);
    memory[at] = Math.min(memory[at], held(server)?.memory ?? Infinity);
  });
  log(`${name}: ${count} rounds, ${memory.map(Math.round).join(", ")} MiB`);
  const [, middle, last] = memory;
  if (last - middle > GROWTH) {
    throw new Error(`${name} has grown from ${middle} MiB to ${last} MiB`);
  }
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

/** Runs the part. */
export async function run(options: PartOptions): Promise<void> {
  const file = beside("stress/parts/servers.ts");
  const all = targets(file);
  const seconds = options.seconds / (all.length + 1);
  for (const target of all) {
    await using server = ours(target.name, target.args);
    const printed = /Listening on .*?, (\d+)[^\d]/;
    const [, port] = await Promise.race([
      server.out.until(printed),
      server.err.until(printed),
    ]);
    const round = async (random: Random) => {
      const clients = Array.from(
        { length: 1 + random.below(40) },
        () => harm(target, Number(port), random),
      );
      const staying = await Promise.all(clients);
      await honest(target, Number(port));
      for (const socket of staying) socket?.close();
    };
    await attack({ ...options, seconds }, target.name, server, round);
  }
  using folder = temporaryFolder();
  const path = `${folder.path}/receiver`;
  await using server = ours("fd_receiver", [path]);
  await server.err.until(/Listening/);
  const round = (random: Random) => passDescriptors(path, random);
  await attack({ ...options, seconds }, "fd_receiver", server, round);
}
