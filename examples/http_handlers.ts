/**
 * An HTTP server whose sockets call handlers, parsed by hand: it answers each `GET` with a page of
 * text, and keeps the connection, as HTTP/1.1 does. Runs until Ctrl-C.
 *
 *     deno run --allow-ffi examples/http_handlers.ts [host] [port]
 *
 * Host and port default to `localhost` and 8080; with port 0 the system chooses one, which is
 * printed on standard error.
 */

import { serve, type StreamSocket } from "@libc/socket/handlers";

const [host = "localhost", port = "8080"] = Deno.args;

/** The most to keep of a request, so that no stranger can fill our memory. */
const MAX_HEAD = 8192;

const decoder = new TextDecoder("latin1");
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function answer(status: string, body: string): Uint8Array {
  return encode(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${encode(body).length}\r\n\r\n${body}`,
  );
}

// Answers that are always the same are made once.
const page = answer("200 OK", "Hello from a handler.\n".repeat(20));
const unknown = answer("405 Method Not Allowed", "Only GET here.\n");
const tooLong = answer("431 Request Header Fields Too Large", "Too long.\n");

/** What a connection remembers: the request so far, as text. */
type Connection = StreamSocket<string>;

/** Sends an answer. A client that does not read its answers is dropped. */
function send(socket: Connection, bytes: Uint8Array): void {
  if (socket.write(bytes) < bytes.length) socket.reset();
}

const server = await serve<string>([host, Number(port)], {
  open(socket) {
    socket.data = "";
  },
  data(socket, data) {
    // A request may come in pieces, and several may come at once.
    let text = socket.data + decoder.decode(data);
    for (let end; (end = text.indexOf("\r\n\r\n")) >= 0;) {
      const head = text.slice(0, end);
      text = text.slice(end + 4);
      send(socket, head.startsWith("GET ") ? page : unknown);
      if (/^connection: *close/im.test(head)) return socket.close();
    }
    if (text.length > MAX_HEAD) {
      send(socket, tooLong);
      return socket.close();
    }
    socket.data = text;
  },
}, { idleTimeout: 10, backlog: 1024 });

console.error("Listening on", server.getsockname());
