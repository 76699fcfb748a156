import { createServer } from "node:net";
import { announce } from "../support/contestant.mjs";

const greeting = new Uint8Array(1);

const server = createServer((connection) => {
  connection.on("error", () => {});
  connection.on("data", () => {});
  connection.write(greeting);
});
server.listen(
  { host: "127.0.0.1", port: 0, backlog: 4096 },
  () => announce(server.address().port),
);
