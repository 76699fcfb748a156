// Echoes by Node's net and dgram, and their clients: node node_echo.mjs tcp|udp [port]

import dgram from "node:dgram";
import net from "node:net";

const [kind, port] = process.argv.slice(2);
const listening = (address) => () =>
  console.error(`Listening on '${address().address}', ${address().port}`);

const roles = {
  tcp() {
    const server = net.createServer((socket) => socket.pipe(socket));
    server.listen(0, "127.0.0.1", listening(() => server.address()));
  },
  udp() {
    const socket = dgram.createSocket("udp4");
    socket.on(
      "message",
      (data, { address, port }) => socket.send(data, port, address),
    );
    socket.bind(0, "127.0.0.1", listening(() => socket.address()));
  },
  "tcp client"() {
    const socket = net.connect(Number(port), "127.0.0.1");
    socket.pipe(process.stdout);
    process.stdin.pipe(socket);
  },
  "udp client"() {
    const socket = dgram.createSocket("udp4");
    socket.on("message", (data) => {
      process.stdout.write(data);
      socket.close();
    });
    process.stdin.on(
      "data",
      (data) => socket.send(data, Number(port), "127.0.0.1"),
    );
  },
};
roles[port === undefined ? kind : `${kind} client`]();
