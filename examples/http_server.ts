/**
 * An HTTP server: answers each request with what it has understood of it, until Ctrl-C.
 *
 *     deno run --allow-ffi examples/http_server.ts [host] [port]
 *
 * Host and port are `localhost` and 8080 if left out; with port 0 the system chooses one, and it is
 * told on standard error.
 */

import { create_server, OSError, type Socket } from "../mod.ts";
import { endpoint } from "./support/arguments.ts";

const [host, port] = endpoint(
  "http_server.ts [host] [port]",
  "localhost",
  8080,
);

function answer(status: string, body: string): Uint8Array<ArrayBuffer> {
  const content = new TextEncoder().encode(body);
  return new TextEncoder().encode([
    `HTTP/1.0 ${status}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${content.length}`,
    "",
    body,
  ].join("\r\n"));
}

function serve(connection: Socket): void {
  using file = connection.makefile("r", null, { encoding: "latin-1" });
  const request = file.readline().trimEnd();
  const headers: string[] = [];
  for (const line of file) {
    if (line.trimEnd() === "") break;
    headers.push(line.trimEnd());
  }
  const [, method, path] = /^(\S+) (\S+) HTTP\/1\.\d$/.exec(request) ?? [];
  if (path === undefined) {
    connection.sendall(answer("400 Bad Request", "What?\n"));
  } else if (method !== "GET") {
    connection.sendall(answer("405 Method Not Allowed", `No ${method} here\n`));
  } else {
    const body = `You asked for ${path}\n${headers.join("\n")}\n`;
    connection.sendall(answer("200 OK", body));
  }
  console.log(`${connection.getpeername()[0]}: ${request}`);
}

using listener = create_server([host, port]);
console.error("Listening on", listener.getsockname());

for (;;) {
  const [connection] = listener.accept();
  using _ = connection;
  connection.settimeout(10); // a client that says nothing keeps the others waiting no longer
  try {
    serve(connection);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log(`A client has left: ${error.strerror}`);
  }
}
