/** On a platform that is not supported everything can be imported, and the first use says so. */

import "../support/musl.ts";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as later from "../../async.ts";
import * as socket from "../../mod.ts";
import * as selectors from "../../selectors.ts";

const sentence =
  "@libc/socket does not run on x86_64-unknown-linux-musl: it needs 64-bit Linux with glibc, macOS, or Windows";

// deno-lint-ignore no-explicit-any
const address: any = ["127.0.0.1", 1];

const uses: Readonly<Record<string, () => unknown>> = {
  "new Socket()": () => new socket.Socket(),
  "new Socket(AF_INET)": () => new socket.Socket(socket.AF_INET),
  "socketpair()": () => socket.socketpair(),
  "create_server()": () => socket.create_server(address),
  "create_connection()": () => socket.create_connection(address),
  "getaddrinfo()": () => socket.getaddrinfo("localhost", 80),
  "gethostbyname()": () => socket.gethostbyname("localhost"),
  "getservbyname()": () => socket.getservbyname("http"),
  "gethostname()": () => socket.gethostname(),
  "if_nameindex()": () => socket.if_nameindex(),
  "inet_aton()": () => socket.inet_aton("127.1"),
  "inet_pton()": () => socket.inet_pton(socket.AF_INET, "127.0.0.1"),
  "fromfd()": () => socket.fromfd(0, socket.AF_INET, 1),
  "new AsyncSocket()": () => new later.AsyncSocket(),
  "new DefaultSelector()": () => new selectors.DefaultSelector(),
};

for (const [use, body] of Object.entries(uses)) {
  Deno.test(`on a platform that is not supported, ${use} says so`, () => {
    assertEquals(assertThrows(body, Error).message, sentence);
  });
}

const waits: Readonly<Record<string, () => Promise<unknown>>> = {
  "getaddrinfo()": () => later.getaddrinfo("localhost", 80),
  "create_connection()": () => later.create_connection(address),
  "create_server()": async () => await later.create_server(address),
  "gethostbyname()": () => later.gethostbyname("localhost"),
};

for (const [use, body] of Object.entries(waits)) {
  Deno.test(`on a platform that is not supported, awaiting ${use} says so`, async () => {
    assertEquals((await assertRejects(body, Error)).message, sentence);
  });
}

Deno.test("on a platform that is not supported, no constant is there", () => {
  assertEquals(socket.hasattr("AF_INET"), false);
  assertEquals(socket.htons(1), 0x100);
});
