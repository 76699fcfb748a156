/** An HTTP server parsed by hand, on awaiting sockets. */

import { type AsyncSocket, create_server } from "../../async.ts";
import { announce } from "../support/contestant.ts";
import { page } from "./page.mjs";

const answer = new TextEncoder().encode(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${page.length}\r\n\r\n${page}`,
);
const decoder = new TextDecoder("latin1");

async function answerAll(connection: AsyncSocket): Promise<void> {
  const buffer = new Uint8Array(4096);
  let text = "";
  for (;;) {
    const count = await connection.recv_into(buffer);
    if (count === 0) break;
    text += decoder.decode(buffer.subarray(0, count));
    for (let end; (end = text.indexOf("\r\n\r\n")) >= 0;) {
      if (!text.startsWith("GET ")) return connection.close();
      text = text.slice(end + 4);
      await connection.sendall(answer);
    }
  }
  connection.close();
}

const listener = await create_server(["127.0.0.1", 0], { backlog: 4096 });
announce(listener.getsockname()[1]);
for await (const [connection] of listener) answerAll(connection);
