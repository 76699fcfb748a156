/**
 * A client of `tls_echo_server.ts`, or of any other server that echoes over TLS.
 *
 *     deno run --allow-ffi --allow-read examples/tls_echo_client.ts ca.pem [port]
 *
 * Sends a line, and prints what comes back and by which protocol.
 */

import { create_connection } from "../async.ts";
import { tlsClient } from "./support/tls.ts";
import { portArgument, usage } from "./support/arguments.ts";

const LINE = "tls_echo_client.ts ca.pem [port]";
const [caFile, port = "50443"] = Deno.args;
if (caFile === undefined) {
  usage(LINE, "--allow-ffi --allow-read");
}
const ca = Deno.readTextFileSync(caFile);

const connection = await create_connection([
  "localhost",
  portArgument(LINE, port),
]);
const secured = tlsClient(connection, { ca, servername: "localhost" });
let protocol: string | null = null;
secured.once("secureConnect", () => protocol = secured.getProtocol());
secured.end("Hello, world");
let reply = "";
for await (const chunk of secured.setEncoding("utf8")) reply += chunk;
console.log(`Received ${JSON.stringify(reply)} by ${protocol}`);
