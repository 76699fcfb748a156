/** The examples of HTTP. */

import { assert, assertEquals } from "@std/assert";
import { create_connection, create_server } from "../../mod.ts";
import { utf8 } from "../support/bytes.ts";
import { requires } from "../support/requires.ts";
import { ours, pairs } from "./programs.ts";

for (const [which, one, other, needed] of pairs) {
  Deno.test({
    ...requires(`http_server and http_get: ${which}`, needed),
    async fn() {
      await using server = one("http_server", ["127.0.0.1", "0"]);
      const host = `127.0.0.1:${await server.port()}`;
      await using client = other("http_get", [`http://${host}/a/b?c=%C3%BC`]);
      const body = `You asked for /a/b?c=%C3%BC\nHost: ${host}\n`;
      const head = [
        "HTTP/1.0 200 OK",
        "Content-Type: text/plain; charset=utf-8",
        `Content-Length: ${body.length}`,
        "",
      ];
      assertEquals(await client.end(), {
        code: 0,
        signal: null,
        out: body,
        err: head.join("\n"),
      });
      await server.out.until(/\n/);
      assertEquals(
        server.out.text,
        "127.0.0.1: GET /a/b?c=%C3%BC HTTP/1.0\n",
      );
    },
  });
}

Deno.test("http_server.ts refuses what it does not know, and goes on", async () => {
  await using server = ours("http_server", ["127.0.0.1", "0"]);
  const port = await server.port();
  for (
    const [request, status] of [
      ["DELETE / HTTP/1.1\r\n\r\n", "HTTP/1.0 405 Method Not Allowed\n"],
      ["\xff\xff\r\n\r\n", "HTTP/1.0 400 Bad Request\n"],
      ["GET / HTTP/1.0\r\nHost: \xfc\r\n\r\n", "HTTP/1.0 200 OK\n"],
    ]
  ) {
    using client = create_connection(["127.0.0.1", port], 10);
    client.sendall(Uint8Array.from(request, (c) => c.charCodeAt(0)));
    using file = client.makefile("r");
    assertEquals(file.readline(), status);
  }
});

Deno.test("http_get.ts fails if the server does not answer 200", async () => {
  await using server = ours("http_server", ["localhost", "0"]);
  const port = await server.port();
  await using none = ours("http_get", [`http://localhost:${port}/ü`]);
  const { code, out } = await none.end();
  assertEquals(code, 0);
  assert(out.startsWith("You asked for /%C3%BC\n"), out);

  using listener = create_server([
    "127.0.0.1",
    0,
  ]);
  listener.settimeout(60);
  const url = `http://127.0.0.1:${listener.getsockname()[1]}`;
  await using client = ours("http_get", [url]);
  const [connection] = listener.accept();
  connection.recv(1024);
  connection.sendall(utf8("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\nnothing"));
  connection.close();
  assertEquals(await client.end(), {
    code: 1,
    signal: null,
    out: "nothing",
    err: "HTTP/1.1 404 Not Found\nA: b\n",
  });
});
