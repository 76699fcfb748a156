// The other end of a test, in Node: a program per first argument.

import { once } from "node:events";
import * as fs from "node:fs";
import * as http2 from "node:http2";
import * as https from "node:https";
import * as net from "node:net";
import * as tls from "node:tls";

const [what, ...args] = process.argv.slice(2);

const listen = async (server) => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  console.log(server.address().port);
};

const text = async (stream) => {
  let all = "";
  for await (const chunk of stream.setEncoding("utf8")) all += chunk;
  return all;
};

const programs = {
  /** Echoes by TLS, also behind the client's end. */
  async "tls-echo"(cert, key) {
    const pem = { cert: fs.readFileSync(cert), key: fs.readFileSync(key) };
    await listen(
      tls.createServer({ ...pem, allowHalfOpen: true }, (socket) => {
        socket.pipe(socket);
        socket.on("error", () => {});
      }),
    );
  },

  /** Does with its first connection what it is told, a line each, and says what it saw. */
  async ends() {
    const server = net.createServer({ allowHalfOpen: true });
    await listen(server);
    const [socket] = await once(server, "connection");
    server.close();
    socket.on("error", ({ code }) => console.log(code));
    socket.on("end", () => console.log("end"));
    socket.on("close", () => console.log("close"));
    socket.on("data", (data) => console.log(String(data)));
    process.stdin.on("data", (line) => {
      const [how] = String(line).split("\n");
      if (how === "end") socket.end("last");
      else if (how === "reset") socket.resetAndDestroy();
      else socket.destroy();
    });
    socket.on("close", () => process.stdin.destroy());
  },

  /** Asks by HTTPS, twice over one connection. */
  async https(port, ca) {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of ["/1", "/2"]) {
      const options = { port, path, agent, ca: fs.readFileSync(ca) };
      const request = https.get({ host: "localhost", ...options });
      const [response] = await once(request, "response");
      const body = await text(response);
      console.log(response.statusCode, body, request.reusedSocket);
      await new Promise(setImmediate); // the agent gets its connection back
    }
    agent.destroy();
  },

  /** Asks by HTTP/2, twice at the same time. */
  async http2(port, ca) {
    const session = http2.connect(`https://localhost:${port}`, {
      ca: fs.readFileSync(ca),
    });
    const get = async (path) => {
      const request = session.request({ ":path": path });
      const [headers] = await once(request, "response");
      return `${headers[":status"]} ${await text(request)}`;
    };
    const answers = await Promise.all(["/1", "/2"].map(get));
    for (const answer of answers) console.log(answer);
    session.close();
  },

  /** Answers by HTTP/2. */
  async "http2-server"() {
    const server = http2.createServer((request, response) => {
      response.end(`node answers ${request.url}`);
    });
    await listen(server);
  },
};

await programs[what](...args);
