/**
 * An echo server whose sockets call handlers. Arguments: the engine, or "best", and how long each
 * answer is, if this is no echo.
 */

import { type EngineName, serve } from "../../handlers.ts";
import { announce } from "../support/contestant.ts";

const [name = "best", length] = Deno.args;
const answer = length === undefined
  ? undefined
  : new Uint8Array(Number(length)).fill(1);
const server = await serve(["127.0.0.1", 0], {
  data(socket, data) {
    // The client asks only once it has the answer, which always finds room.
    const bytes = answer ?? data;
    if (socket.write(bytes) < bytes.length) throw new Error("no room");
  },
}, {
  backlog: 4096,
  engine: name === "best" ? undefined : name as EngineName,
});
announce(server.getsockname()[1]);
