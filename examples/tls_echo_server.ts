/**
 * An echo server over TLS: `node:tls` encrypts, and an awaiting socket carries the bytes. It runs
 * until Ctrl-C.
 *
 *     deno run --allow-ffi --allow-read examples/tls_echo_server.ts cert.pem key.pem [port]
 *
 * The port defaults to 50443; with 0 the system chooses one, which is printed on standard error. To
 * make a certificate for trying it out:
 *
 *     openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
 *       -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem
 */

import * as tls from "node:tls";
import { create_server } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

const [certFile, keyFile, port = "50443"] = Deno.args;
if (keyFile === undefined) {
  console.error("usage: tls_echo_server.ts cert.pem key.pem [port]");
  Deno.exit(2);
}
const cert = Deno.readTextFileSync(certFile);
const key = Deno.readTextFileSync(keyFile);

await using listener = await create_server(["localhost", Number(port)]);
console.error("Listening on", listener.getsockname());
for await (const [connection, address] of listener) {
  const stream = duplex(connection);
  const secured = new tls.TLSSocket(stream, { isServer: true, cert, key });
  secured.on("error", (error) => console.error(address, error.message));
  secured.setTimeout(60_000, () => secured.destroy()); // a silent client would stay for ever
  secured.pipe(secured);
}
