/**
 * A client for tls_echo_server.ts, or for any other server on this machine that echoes over TLS.
 *
 *     deno run --allow-ffi --allow-read examples/tls_echo_client.ts cert.pem [port]
 *
 * Sends a line and prints what comes back, and by which protocol. The file holds the certificates
 * to trust; a certificate made as tls_echo_server.ts says is its own, so give cert.pem. The port
 * defaults to 50443.
 */

import * as tls from "node:tls";
import { create_connection } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";

const [caFile, port = "50443"] = Deno.args;
if (caFile === undefined) {
  console.error("usage: tls_echo_client.ts cert.pem [port]");
  Deno.exit(2);
}
const ca = Deno.readTextFileSync(caFile);

const connection = await create_connection(["localhost", Number(port)]);
const secured = tls.connect({
  socket: duplex(connection),
  ca,
  servername: "localhost",
});
let protocol: string | null = null;
secured.once("secureConnect", () => protocol = secured.getProtocol());
secured.end("Hello, world");
let reply = "";
for await (const chunk of secured.setEncoding("utf8")) reply += chunk;
console.log(`Received ${JSON.stringify(reply)} by ${protocol}`);
