/** A UDP echo server whose socket calls a handler. Its argument: the engine, or "best". */

import { type EngineName, serveDatagrams } from "../../handlers.ts";
import { announce } from "../support/contestant.ts";

const [name = "best"] = Deno.args;
const socket = await serveDatagrams(["127.0.0.1", 0], {
  data: (socket, data, from) => void socket.send(data, from),
}, { engine: name === "best" ? undefined : name as EngineName });
announce(socket.getsockname()[1]);
