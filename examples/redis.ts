/**
 * A Redis client from npm over sockets of ours, with keep-alive, TCP_USER_TIMEOUT and, if an
 * interface is given, SO_BINDTODEVICE. Linux.
 *
 *     deno run --allow-ffi --allow-env examples/redis.ts [--interface name] [host] [port]
 *
 * Host and port default to `localhost` and 6379. Counts how often it ran, and prints the number.
 */

import { parseArgs } from "node:util";
import { AbstractConnector, Redis } from "npm:ioredis@6.0.0";
import {
  AF_INET,
  AsyncSocket,
  setKeepalive,
  setUserTimeout,
  SO_BINDTODEVICE,
  SOL_SOCKET,
} from "@libc/socket/async";
import { duplex, type SocketDuplex } from "@libc/socket/node";

function usage(): never {
  console.error("usage: redis.ts [--interface name] [host] [port]");
  Deno.exit(2);
}

let args;
try {
  args = parseArgs({
    args: Deno.args,
    options: { interface: { type: "string" } },
    allowPositionals: true,
  });
} catch {
  usage();
}
const [host = "localhost", text = "6379"] = args.positionals;
const port = Number(text);
const { interface: device } = args.values;

/** A socket that notices within half a minute that the server's machine is gone. */
function tunedSocket(): AsyncSocket {
  const socket = new AsyncSocket(AF_INET);
  setKeepalive(socket, { idle: 15, interval: 5, count: 3 }); // 3 probes, after seconds of silence
  setUserTimeout(socket, 30); // seconds in which what was sent must be confirmed
  if (device !== undefined) {
    const name = new TextEncoder().encode(device);
    socket.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, name);
  }
  return socket;
}

/** Makes the client's connections, the first one and those after a failure. */
class Connector extends AbstractConnector {
  constructor() {
    super(2000); // how many milliseconds it may take to disconnect
  }

  connect(): Promise<SocketDuplex> {
    this.connecting = true;
    const stream = duplex(tunedSocket()).connect({ host, port });
    this.stream = stream;
    return Promise.resolve(stream);
  }
}

const redis = new Redis({ Connector, maxRetriesPerRequest: 1 });
redis.on("error", (error) => console.error(error.message));
try {
  console.log("run", await redis.incr("runs"));
  await redis.quit();
} catch {
  redis.disconnect();
  Deno.exitCode = 1;
}
