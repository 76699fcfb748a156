/**
 * An HTTP/2 server: `node:http2` on connections of ours, within TLS if it has a certificate. It
 * runs until Ctrl-C.
 *
 *     deno run --allow-ffi --allow-read examples/http2_server.ts [options] [host] [port]
 *
 * Options are `--cert cert.pem --key key.pem`; without them clients must know that this is HTTP/2,
 * as `curl --http2-prior-knowledge` does. Host and port default to `localhost` and 8080; with port
 * 0 the system chooses one, which is printed on standard error.
 */

import * as http2 from "node:http2";
import { create_server } from "@libc/socket/async";
import { duplex } from "@libc/socket/node";
import { options, portArgument, usage } from "./support/arguments.ts";

const LINE = "http2_server.ts [--cert file --key file] [host] [port]";
const fail = (): never => usage(LINE, "--allow-ffi --allow-read");
const [{ cert, key }, [host = "localhost", port = "8080", ...rest]] = options(
  { cert: "", key: "" },
  fail,
);
if (rest.length > 0 || (cert === undefined) !== (key === undefined)) fail();
const number = portArgument(LINE, port);

const server = cert === undefined || key === undefined
  ? http2.createServer()
  : http2.createSecureServer({
    cert: Deno.readTextFileSync(cert),
    key: Deno.readTextFileSync(key),
  });
server.on("stream", (stream, headers) => {
  stream.on("error", (error) => console.error(error.message));
  stream.respond({ ":status": 200, "content-type": "text/plain" });
  stream.end(`${headers[":path"]} on stream ${stream.id}\n`);
});

await using listener = await create_server([host, number]);
console.error("Listening on", listener.getsockname());
for await (const [connection] of listener) {
  server.emit("connection", duplex(connection));
}
