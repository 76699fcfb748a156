import process from "node:process";
import { createServer } from "node:net";
import { announce } from "../support/contestant.mjs";

// With an argument, each answer has that length.
const answer = process.argv.length > 2
  ? new Uint8Array(Number(process.argv[2])).fill(1)
  : undefined;
const server = createServer((connection) => {
  connection.on("data", (chunk) => connection.write(answer ?? chunk));
});
server.listen(
  { host: "127.0.0.1", port: 0, backlog: 4096 },
  () => announce(server.address().port),
);
