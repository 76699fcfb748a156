import { createServer } from "node:http";
import { announce } from "../support/contestant.mjs";
import { page } from "./page.mjs";

const server = createServer((_, response) => {
  response.setHeader("Content-Length", page.length);
  response.end(page);
});
server.listen(
  { host: "127.0.0.1", port: 0, backlog: 4096 },
  () => announce(server.address().port),
);
