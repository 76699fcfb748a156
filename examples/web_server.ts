/**
 * A web server of `node:http`, or with a certificate of `node:https`, on listeners that Node and
 * Deno do not make. It runs until Ctrl-C.
 *
 *     deno run --allow-ffi --allow-read --allow-env examples/web_server.ts [host] [port]
 *
 * It binds host and port, `localhost` and 8080 if left out, with SO_REUSEPORT: start it twice, and
 * the system deals the connections to both. With port 0 the system chooses one. Where it listens is
 * printed on standard error. `--cert cert.pem --key key.pem` make it speak TLS; for a certificate
 * see tls_echo_server.ts. Clients are web_get.ts and curl.
 *
 * With `--unix path` it listens on a Unix socket, and knows the user at the other end. Linux. An
 * `@` at the start stands for a name that no file has.
 *
 * Started by the service manager, it serves the listeners that this has made:
 *
 *     systemd-socket-activate -l 8080 -E PATH \
 *       deno run --allow-ffi --allow-read --allow-env examples/web_server.ts
 */

import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import { parseArgs } from "node:util";
import {
  type Address,
  AF_UNIX,
  AsyncSocket,
  create_server,
  decodeCredentials,
  SO_PEERCRED,
  SOL_SOCKET,
} from "@libc/socket/async";
import { duplex, SocketDuplex } from "@libc/socket/node";

function usage(): never {
  console.error(
    "usage: web_server.ts [--cert file --key file] [--unix path] [host] [port]",
  );
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: {
      cert: { type: "string" },
      key: { type: "string" },
      unix: { type: "string" },
    },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [host = "localhost", port = "8080"] = args.positionals;
const { cert, key, unix } = args.values;
if ((cert === undefined) !== (key === undefined)) usage();

type Listener = AsyncSocket<Address>;

/** The first descriptor that a service manager hands over. */
const LISTEN_FDS_START = 3;

/** The listeners that the service manager has made for this process. */
function inherited(): Listener[] {
  if (Number(Deno.env.get("LISTEN_PID")) !== Deno.pid) return [];
  const length = Number(Deno.env.get("LISTEN_FDS"));
  return Array.from({ length }, (_, i) => {
    const fd = LISTEN_FDS_START + i;
    const listener = new AsyncSocket<Address>(null, null, null, fd);
    listener.set_inheritable(false); // it had to be inheritable to get here
    return listener;
  });
}

/** A listener at a Unix path. */
function unixListener(path: string): Listener {
  const listener = new AsyncSocket(AF_UNIX);
  listener.bind(path.replace(/^@/, "\0"));
  listener.listen();
  return listener;
}

const listeners = inherited();
if (listeners.length === 0) {
  listeners.push(
    unix === undefined
      ? await create_server([host, Number(port)], { reuse_port: true })
      : unixListener(unix),
  );
}

/** The user at the other end of a Unix socket, if that is what carries a request. */
function userOf(stream: Socket): number | undefined {
  if (!(stream instanceof SocketDuplex) || stream.socket.family !== AF_UNIX) {
    return undefined; // by TCP, or within TLS
  }
  const value = stream.socket.getsockopt(SOL_SOCKET, SO_PEERCRED, 12);
  return decodeCredentials(value).uid;
}

const answer: http.RequestListener = (request, response) => {
  const user = userOf(request.socket);
  const whom = user === undefined ? "" : ` for user ${user}`;
  response.end(`${request.url} by process ${Deno.pid}${whom}\n`);
};

const server = cert === undefined || key === undefined
  ? http.createServer(answer)
  : https.createServer({
    cert: Deno.readTextFileSync(cert),
    key: Deno.readTextFileSync(key),
  }, answer);

// Deno's server closes each connection after one answer, unless it listens. That is what we do.
Object.defineProperty(server, "listening", { value: true });

async function serve(listener: Listener): Promise<void> {
  console.error("Listening on", unix ?? listener.getsockname());
  for await (const [connection] of listener) {
    server.emit("connection", duplex(connection));
  }
}

await Promise.all(listeners.map(serve));
