/** A program that ends by itself, once nothing keeps the process alive. */

import {
  connect,
  type EngineName,
  serve,
  type StreamSocket,
} from "../../../handlers.ts";

const [way, engine] = Deno.args as [string, EngineName];
const server = await serve(["127.0.0.1", 0], {
  data(socket: StreamSocket, data) {
    socket.write(data);
    if (way === "unreferenced" || way === "paused") socket.unref();
  },
}, { engine });
const client = await connect(server.getsockname(), {
  open: (socket) => void socket.write(new Uint8Array(1)),
  data() {
    console.log(way);
    if (way === "stopped") {
      void server.stop();
      client.close();
    } else if (way === "closed") server.close();
    else {
      server.unref();
      if (way === "paused") client.pause();
      else client.unref();
    }
  },
  close: () => console.log("closed"),
}, { engine });
