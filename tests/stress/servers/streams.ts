/** The examples that serve many clients by protocols of their own. */

import * as net from "node:net";
import * as tls from "node:tls";
import { concat } from "../../../bytes.ts";
import { utf8 } from "../../support/bytes.ts";
import { makeCertificate, openssl } from "../../support/certificate.ts";
import type { Random } from "../support/random.ts";
import type { Target } from "./attack.ts";

const anyBytes = (random: Random) => random.bytes(random.below(100_000));

/** Up to `most` pieces, one after the other. */
const several = (
  random: Random,
  most: number,
  make: () => Uint8Array,
): Uint8Array =>
  concat(...Array.from({ length: random.below(most + 1) }, make));

const u16 = (value: number) => Uint8Array.of(value >> 8, value & 0xff);
const u32 = (value: number) => concat(u16(value >>> 16), u16(value & 0xffff));

// WebSocket.

const upgrade = (more = "", key = "dGhlIHNhbXBsZSBub25jZQ==") =>
  utf8(
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${more}\r\n`,
  );

/** A frame; clients must mask theirs, here with zeros. */
const frame = (first: number, payload: Uint8Array, isMasked = true) => {
  const { length } = payload;
  const mask = isMasked ? 0x80 : 0;
  return concat(
    length < 126
      ? Uint8Array.of(first, mask | length)
      : length < 65_536
      ? concat(Uint8Array.of(first, mask | 126), u16(length))
      : concat(Uint8Array.of(first, mask | 127), u32(0), u32(length)),
    isMasked ? new Uint8Array(4) : new Uint8Array(),
    payload,
  );
};

function hostileFrames(random: Random): Uint8Array {
  const pick = random.pick([
    () => frame(random.below(256), random.bytes(random.below(200))),
    () => frame(0x81, random.bytes(random.below(70_000))), // text, mostly not UTF-8
    () => frame(0x82, new Uint8Array(random.below(200_000))),
    () => frame(0x81, utf8("unmasked"), false),
    () => frame(0x00, utf8("goes on with nothing")),
    () => frame(0x01, utf8("never ends ")),
    () => frame(0x09, new Uint8Array(126)), // a ping in parts, and too long
    () => frame(0x89, new Uint8Array(random.below(126))),
    () => frame(0x88, u16(random.below(65_536))),
    () => frame(0x88, Uint8Array.of(1)),
    () => frame(0xc1, random.bytes(20)), // compressed, which nobody agreed on
    () => concat(Uint8Array.of(0x82, 0xff), u32(0xffffffff), u32(0xffffffff)),
    () => concat(Uint8Array.of(0x82, 0xff), u32(0), u32(0x7fffffff), u32(0)),
  ]);
  return several(random, random.pick([3, 300]), pick);
}

const hostileWebSocket = (random: Random) =>
  random.chance(0.2)
    ? random.pick([
      () => upgrade("", ""),
      () => upgrade("", "__proto__"),
      () => upgrade("Sec-WebSocket-Protocol: ,,,\r\n"),
      () => upgrade("Sec-WebSocket-Extensions: permessage-deflate; a=\0\r\n"),
      () => upgrade("Sec-WebSocket-Version: 99\r\n"),
      () => upgrade(`A: ${"x".repeat(100_000)}\r\n`),
      () => anyBytes(random),
    ])()
    : concat(upgrade(), hostileFrames(random));

// HTTP/2.

const preface = utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

const h2Frame = (
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array,
  length = payload.length,
) =>
  concat(
    Uint8Array.of(length >> 16, length >> 8, length, type, flags),
    u32(stream),
    payload,
  );

const none = new Uint8Array();
const settings = h2Frame(4, 0, 0, none);
/** `GET /` of the host `a`, by the static table. */
const getHeaders = concat(Uint8Array.of(0x82, 0x86, 0x84, 0x41, 1), utf8("a"));
const END_STREAM_HEADERS = 5;

function hostileHttp2(random: Random): Uint8Array {
  if (random.chance(0.1)) return anyBytes(random);
  let stream = 1;
  const kind = random.below(12);
  const one = () => {
    switch (kind) {
      case 0: // any frame
        return h2Frame(
          random.below(12),
          random.below(256),
          random.pick([0, 1, 2, 3, 2 ** 31 - 1, 2 ** 31]),
          random.bytes(random.below(100)),
          random.chance(0.2) ? random.below(2 ** 24) : undefined,
        );
      case 1:
        return h2Frame(4, 0, 0, concat(u16(random.below(8)), u32(2 ** 32 - 1)));
      case 2:
        return h2Frame(6, 0, 0, new Uint8Array(8)); // pings
      case 3: { // requests that are reset at once
        stream += 2;
        return concat(
          h2Frame(1, END_STREAM_HEADERS, stream, getHeaders),
          h2Frame(3, 0, stream, u32(8)),
        );
      }
      case 4:
        return h2Frame(1, 0, 1, random.bytes(random.below(200))); // no headers
      case 5:
        return h2Frame(9, 0, 1, new Uint8Array(1000).fill(0x40)); // goes on for ever
      case 6: // many fields, most of them by one byte
        stream += 2;
        return h2Frame(
          1,
          END_STREAM_HEADERS,
          stream,
          concat(getHeaders, new Uint8Array(16_000).fill(0x90)),
        );
      case 7:
        return h2Frame(
          8,
          0,
          random.below(3),
          u32(random.pick([0, 2 ** 31 - 1])),
        );
      case 8:
        return h2Frame(0, 0, random.below(4), random.bytes(1000));
      case 9: {
        stream += 2;
        return h2Frame(1, END_STREAM_HEADERS, stream, getHeaders); // never reads
      }
      case 10:
        return h2Frame(2, 0, 1, concat(u32(1), Uint8Array.of(255)));
      default:
        return h2Frame(4, 0, 0, none);
    }
  };
  return concat(preface, settings, several(random, 300, one));
}

// The PROXY protocol.

function hostileProxyHeader(random: Random): Uint8Array {
  const signature = utf8("\r\n\r\n\0\r\nQUIT\n");
  return random.pick([
    () => utf8(`PROXY TCP4 ${"1".repeat(200)}`),
    () => utf8("PROXY TCP4 1.2.3.4 5.6.7.8 99999 -1\r\n"),
    () => utf8("PROXY TCP6 ::1 1.2.3.4 1 2\r\n"),
    () => utf8("PROXY UNKNOWN\r\n" + "x".repeat(5000)),
    () => utf8("PROXY __proto__ constructor toString 1 2\r\n"),
    () => utf8("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    () => concat(signature, random.bytes(random.below(300))),
    () =>
      concat(
        signature,
        Uint8Array.of(0x21, random.pick([0x11, 0x12, 0x21, 0x31, 0])),
        u16(random.pick([0, 11, 12, 36, 216, 2048, 2049, 65_535])),
        random.bytes(random.below(3000)),
      ),
    () => anyBytes(random),
  ])();
}

// TLS.

/** The first message that a client of TLS sends. */
function clientHello(): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((connection) => {
      connection.once("data", (data) => {
        resolve(new Uint8Array(data));
        connection.destroy();
        server.close();
      });
    });
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      tls.connect({ port, host: "127.0.0.1", servername: "localhost" })
        .on("error", () => {});
    });
  });
}

/** What means harm to a server of TLS: records that are none, or a true one that is changed. */
const hostileTls = (hello: Uint8Array) => (random: Random): Uint8Array => {
  const record = (type: number, data: Uint8Array, length = data.length) =>
    concat(Uint8Array.of(type, 3, random.below(5)), u16(length), data);
  const changed = hello.slice();
  for (let i = random.below(8); i > 0; i--) {
    changed[random.below(changed.length)] = random.below(256);
  }
  return random.pick([
    () => changed,
    () => concat(hello, anyBytes(random)),
    () => concat(hello, hello),
    () => hello.subarray(0, random.below(hello.length)),
    () => record(22, random.bytes(100), 65_535),
    () => several(random, 500, () => record(22, new Uint8Array())),
    () => several(random, 500, () => record(21, Uint8Array.of(1, 0))),
    () =>
      several(random, 50, () => record(random.below(256), random.bytes(50))),
    () =>
      record(22, concat(Uint8Array.of(1, 255, 255, 255), random.bytes(9000))),
    () => record(24, Uint8Array.of(1, 0xff, 0xff)), // a heartbeat of more than there is
    () => utf8("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    () => anyBytes(random),
  ])();
};

const hostileMail = (hello: Uint8Array) => (random: Random): Uint8Array =>
  random.pick([
    () => utf8("EHLO " + "x".repeat(random.below(10_000)) + "\r\n"),
    () => utf8("EHLO a\r\n".repeat(random.below(2000))),
    () => utf8("\0\r\n\n\r__proto__\r\nconstructor a\r\n"),
    () => utf8("STARTTLS\r\nEHLO smuggled\r\n"),
    () => concat(utf8("STARTTLS\r\n"), hostileTls(hello)(random)),
    () => utf8("QUIT\r\n".repeat(100)),
    () => anyBytes(random),
  ])();

/** These servers, as far as this machine can start them. */
export async function streams(folder: string): Promise<Target[]> {
  const address = ["127.0.0.1", "0"];
  const echo = { request: utf8("honest"), answer: "honest", hostile: anyBytes };
  const all: Target[] = [
    {
      name: "websocket_server",
      args: address,
      request: concat(upgrade(), frame(0x81, utf8("honest"))),
      answer: "honest",
      hostile: hostileWebSocket,
    },
    {
      name: "http2_server",
      args: address,
      request: concat(
        preface,
        settings,
        h2Frame(1, END_STREAM_HEADERS, 1, getHeaders),
      ),
      answer: "/ on stream 1",
      hostile: hostileHttp2,
    },
    {
      name: "proxy_protocol",
      args: ["server", ...address],
      request: utf8("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nhonest"),
      answer: "honest",
      hostile: hostileProxyHeader,
    },
    { ...echo, name: "echo_handlers", args: address },
    {
      ...echo,
      name: "graceful_restart",
      args: [`${folder}/control`, ...address],
    },
    // Those that stay keep a worker for ten seconds; this has some to spare.
    {
      ...echo,
      name: "prefork_server",
      args: ["-w", "8", ...address],
      clients: 20,
      staying: 0.05,
    },
    // It serves one client at a time, and sleeps for a second after each word.
    {
      name: "reconnect_server",
      args: address,
      request: utf8("honest"),
      answer: "Server wave",
      hostile: anyBytes,
      clients: 2,
      staying: 0,
    },
  ];
  if (!openssl.isMet) return all;
  makeCertificate(folder, "server");
  const files = [`${folder}/server.pem`, `${folder}/server.key`];
  const hello = await clientHello();
  const secure = hostileTls(hello);
  return [
    ...all,
    // The honest client says hello, and hears the server's; the rest is node:tls's.
    {
      name: "tls_echo_server",
      args: [...files, "0"],
      request: hello,
      answer: "\x16\x03\x03",
      hostile: secure,
    },
    {
      name: "starttls_server",
      args: [...files, "0"],
      request: utf8("EHLO a\r\nNOOP\r\n"),
      answer: "250 OK",
      hostile: hostileMail(hello),
    },
    {
      name: "http2_server",
      args: ["--cert", files[0], "--key", files[1], ...address],
      request: hello,
      answer: "\x16\x03\x03",
      hostile: secure,
    },
  ];
}
