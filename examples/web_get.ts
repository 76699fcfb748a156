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
import { parseArgs } from "node:util";
import {
  type Address,
  AF_INET,
  AF_UNIX,
  AsyncSocket,
  SO_BINDTODEVICE,
  SOL_SOCKET,
} from "@libc/socket/async";
import { duplex, type SocketDuplex } from "@libc/socket/node";

function usage(): never {
  console.error(
    "usage: web_get.ts [--unix path] [--interface name] [--ca file] url...",
  );
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: {
      unix: { type: "string" },
      interface: { type: "string" },
      ca: { type: "string" },
    },
    allowPositionals: true,
  });
} catch {
  usage();
}
const urls = args.positionals.map((text) => URL.parse(text) ?? usage());
if (urls.length === 0) usage();
const { unix, interface: device } = args.values;
const ca = args.values.ca && Deno.readTextFileSync(args.values.ca);

let connections = 0;

/** Makes a socket and connects it. The stream can be used at once: it waits. */
function connect({ host, port }: http.ClientRequestArgs): SocketDuplex {
  connections++;
  if (unix !== undefined) {
    const path = unix.replace(/^@/, "\0");
    return duplex(new AsyncSocket<Address>(AF_UNIX)).connect({ path });
  }
  const socket = new AsyncSocket<Address>(AF_INET);
  if (device !== undefined) {
    const name = new TextEncoder().encode(device);
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
