/**
 * TLS over any socket: `node:tls` encrypts, and the socket carries. What it needs of the socket is
 * a Node stream, which `duplex()` makes.
 *
 *     deno run --allow-ffi --allow-run=openssl docs/cookbook/tls.ts
 *
 * `--allow-run=openssl` is only for the certificate that it makes. See examples/tls_echo_server.ts
 * and its client for programs that take theirs from files.
 */

import * as tls from "node:tls";
import * as socket from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

/** Makes a key and a certificate that vouches for itself, both in PEM. */
function selfSigned(name: string): string {
  const { stdout, success } = new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
      ...["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", `/CN=${name}`],
      ...["-addext", `subjectAltName=DNS:${name}`, "-keyout", "-", "-out", "-"],
    ],
    stderr: "null",
  }).outputSync();
  if (!success) throw new Error("openssl failed");
  return new TextDecoder().decode(stdout);
}

// Any connected stream socket will do: here a pair of Unix sockets.
const [a, b] = await socket.socketpair();
const pem = selfSigned("localhost");

const server = new tls.TLSSocket(duplex(a), {
  isServer: true,
  key: pem,
  cert: pem,
});
server.pipe(server); // echo

const client = tls.connect({
  socket: duplex(b),
  ca: pem, // the certificate of a real server needs no such line
  servername: "localhost",
});
client.once("secureConnect", () => {
  console.log("protocol:", client.getProtocol());
});
client.end("hello");
let reply = "";
for await (const chunk of client.setEncoding("utf8")) reply += chunk;
console.log("echoed:", reply);
