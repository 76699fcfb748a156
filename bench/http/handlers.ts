/** An HTTP server parsed by hand, whose sockets call handlers. Its argument: the engine, or "best". */

import { type EngineName, serve } from "../../handlers.ts";
import { announce } from "../support/contestant.ts";
import { page } from "./page.mjs";

const [name = "best"] = Deno.args;
const answer = new TextEncoder().encode(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${page.length}\r\n\r\n${page}`,
);
const decoder = new TextDecoder("latin1");

const server = await serve<string>(["127.0.0.1", 0], {
  open(socket) {
    socket.data = "";
  },
  data(socket, data) {
    let text = socket.data + decoder.decode(data);
    for (let end; (end = text.indexOf("\r\n\r\n")) >= 0;) {
      if (!text.startsWith("GET ")) return socket.reset();
      text = text.slice(end + 4);
      if (socket.write(answer) < answer.length) return socket.reset();
    }
    socket.data = text;
  },
}, {
  backlog: 4096,
  engine: name === "best" ? undefined : name as EngineName,
});
announce(server.getsockname()[1]);
