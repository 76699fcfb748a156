import { createServer } from "node:net";
import { announce } from "../support/contestant.mjs";

const server = createServer((connection) => {
  connection.on("data", (chunk) => connection.write(chunk));
});
server.listen(
  { host: "127.0.0.1", port: 0, backlog: 4096 },
  () => announce(server.address().port),
);
