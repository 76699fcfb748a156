import { createServer } from "node:net";
import { announce } from "../support/contestant.mjs";

let waiting;
const server = createServer({ allowHalfOpen: true }, (socket) => {
  if (waiting === undefined) {
    waiting = socket;
    return;
  }
  waiting.pipe(socket).pipe(waiting);
  waiting = undefined;
});
server.listen(0, "127.0.0.1", () => announce(server.address().port));
