/** The examples of sockets that call handlers. */

import { assertEquals } from "@std/assert";
import { create_connection, SHUT_WR } from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { ours } from "./programs.ts";

Deno.test("echo_handlers.ts echoes, also to a client that reads late", async () => {
  await using server = ours("echo_handlers", ["127.0.0.1", "0"]);
  const address = ["127.0.0.1", Number(await server.port())] as const;
  using late = create_connection(address, 60);
  late.setblocking(false);
  const sent = new Uint8Array(100_000_000);
  for (let i = 0; i < sent.length; i += 1000) sent[i] = i / 1000;
  let at = 0;
  // The server stops receiving once the client's answers find no room.
  for (let full = 0; full < 100;) {
    try {
      at += late.send(sent.subarray(at));
      full = 0;
    } catch {
      full++;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  using other = create_connection(address, 60);
  other.sendall(utf8("hello"));
  assertEquals(text(other.recv(10)), "hello");

  late.settimeout(60);
  late.shutdown(SHUT_WR);
  const received = new Uint8Array(at);
  for (let come = 0; come < at;) {
    const count = late.recv_into(received.subarray(come));
    if (count === 0) throw new Error(`only ${come} of ${at} bytes came back`);
    come += count;
  }
  assertEquals(received, sent.slice(0, at));
  assertEquals(late.recv(1).length, 0);
});

Deno.test("http_handlers.ts answers requests in pieces, and several at once", async () => {
  await using server = ours("http_handlers", ["127.0.0.1", "0"]);
  const address = ["127.0.0.1", Number(await server.port())] as const;
  using client = create_connection(address, 60);
  client.sendall(utf8("GET / HT"));
  client.sendall(utf8("TP/1.1\r\nHost: x\r\n\r\nPUT / HTTP/1.1\r\n\r\n"));
  client.sendall(utf8("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
  using file = client.makefile("r");
  const all = file.read();
  assertEquals(all.match(/^HTTP\/1.1 .*$/gm), [
    "HTTP/1.1 200 OK",
    "HTTP/1.1 405 Method Not Allowed",
    "HTTP/1.1 200 OK",
  ]);
  assertEquals(all.match(/Hello from a handler/g)?.length, 40);

  const response = await fetch(`http://127.0.0.1:${address[1]}/`);
  assertEquals((await response.text()).length, 440);

  using endless = create_connection(address, 60);
  endless.sendall(utf8(`GET / HTTP/1.1\r\nX: ${"x".repeat(9000)}`));
  using answer = endless.makefile("r");
  assertEquals(
    answer.readline(),
    "HTTP/1.1 431 Request Header Fields Too Large\n",
  );
});
