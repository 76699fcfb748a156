/**
 * A Redis client from npm over sockets of ours, with keep-alive, TCP_USER_TIMEOUT and, if an
 * interface is given, SO_BINDTODEVICE. Linux.
 *
 *     deno run --allow-ffi --allow-env examples/redis.ts [--interface name] [host] [port]
 *
 * Host and port default to `localhost` and 6379. Counts how often it ran, and prints the number.
 */

import { AbstractConnector, Redis } from "npm:ioredis@6.0.0";
import { duplex, type SocketDuplex } from "@libc/socket/node";
import { options, portArgument, usage } from "./support/arguments.ts";
import { tunedSocket } from "./support/tuned.ts";

const LINE = "redis.ts [--interface name] [host] [port]";
const fail = (): never => usage(LINE, "--allow-ffi --allow-env");
const [given, [host = "localhost", text = "6379", ...rest]] = options(
  { interface: "" },
  fail,
);
if (rest.length > 0) fail();
const port = portArgument(LINE, text);

/** Makes the client's connections, the first one and those after a failure. */
class Connector extends AbstractConnector {
  constructor() {
    super(2000); // how many milliseconds it may take to disconnect
  }

  connect(): Promise<SocketDuplex> {
    this.connecting = true;
    const stream = duplex(tunedSocket(given.interface)).connect({ host, port });
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
