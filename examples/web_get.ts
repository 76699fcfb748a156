/**
 * A web client of `node:http` and `node:https`, over connections of its own: an agent asks for
 * each, and keeps it for the next request to the same server.
 *
 *     deno run --allow-ffi --allow-read examples/web_get.ts [options] url...
 *
 * `--unix path` connects to a Unix socket instead of the URL's host; an `@` at the start stands for
 * a name that no file has. `--interface name` binds the connections to a device, whatever the
 * routes say. Linux. `--ca cert.pem` names the certificates to trust.
 *
 * Prints status and body of each answer, then how many connections it took.
 */

import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";
import {
  type Address,
  AF_INET,
  AF_UNIX,
  AsyncSocket,
  SO_BINDTODEVICE,
  SOL_SOCKET,
} from "@libc/socket/async";
import { duplex, type SocketDuplex } from "@libc/socket/node";
import { options, usage } from "./support/arguments.ts";

const LINE = "web_get.ts [--unix path] [--interface name] [--ca file] url...";
const fail = (): never => usage(LINE, "--allow-ffi --allow-read");
const [given, texts] = options({ unix: "", interface: "", ca: "" }, fail);
const urls = texts.map((text) => URL.parse(text) ?? fail());
if (urls.length === 0) fail();
const ca = given.ca === undefined ? undefined : Deno.readTextFileSync(given.ca);

let connections = 0;

/** Makes a socket and connects it. The stream can be used at once: it waits. */
function connect({ host, port }: http.ClientRequestArgs): SocketDuplex {
  connections++;
  if (given.unix !== undefined) {
    const path = given.unix.replace(/^@/, "\0");
    return duplex(new AsyncSocket<Address>(AF_UNIX)).connect({ path });
  }
  const socket = new AsyncSocket<Address>(AF_INET);
  if (given.interface !== undefined) {
    const name = new TextEncoder().encode(given.interface);
    socket.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, name);
  }
  return duplex(socket).connect({ host: host!, port: Number(port) });
}

/** An agent whose connections are ours. */
class Agent extends http.Agent {
  override createConnection(options: http.ClientRequestArgs): SocketDuplex {
    return connect(options);
  }
}

/** The same within TLS. */
class SecureAgent extends https.Agent {
  override createConnection(options: https.RequestOptions): tls.TLSSocket {
    const servername = options.servername ?? options.host ?? "";
    return tls.connect({ socket: connect(options), ca, servername });
  }
}

const agent = new Agent({ keepAlive: true });
const secureAgent = new SecureAgent({ keepAlive: true });

for (const url of urls) {
  const request = url.protocol === "https:"
    ? https.get(url, { agent: secureAgent })
    : http.get(url, { agent });
  const [response] = await once(request, "response") as [http.IncomingMessage];
  const closed = once(request, "close"); // the agent then has its connection back
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  console.log(response.statusCode, body.trimEnd());
  await closed;
}
console.log(`${connections} connection${connections === 1 ? "" : "s"}`);
agent.destroy();
secureAgent.destroy();
