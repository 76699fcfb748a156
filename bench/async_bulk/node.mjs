import { createServer } from "node:net";
import { announce } from "../support/contestant.mjs";

const buffer = new Uint8Array(0x10000).fill(1);

function receive(connection) {
  connection.on("data", () => {});
}

function send(connection) {
  connection.once("data", (order) => {
    let chunks = order.readUInt32BE(0);
    const more = () => {
      while (chunks-- > 0) {
        if (!connection.write(buffer)) return connection.once("drain", more);
      }
      connection.end();
    };
    more();
  });
}

const server = createServer(process.argv[2] === "receiving" ? receive : send);
server.listen(
  { host: "127.0.0.1", port: 0 },
  () => announce(server.address().port),
);
