/**
 * The PROXY protocol, by which a server behind a proxy learns who its client is: a proxy that sends
 * the header, and an echo server that reads it.
 *
 *     deno run --allow-ffi examples/proxy_protocol.ts server [host] [port]
 *     deno run --allow-ffi examples/proxy_protocol.ts proxy [-v version] [host] [port] [serverHost] [serverPort]
 *
 * The server is at `localhost`, port 50013, the proxy at port 50014. The version of the header is 2
 * unless told otherwise. With port 0 the system chooses one, which is printed on standard error.
 *
 * A server believes the header, so only proxies may reach it: bind it to an address that is theirs,
 * or have a firewall keep others out.
 */

import {
  type AsyncSocket,
  create_connection,
  create_server,
  type InetAddress,
  relay,
  serve,
} from "@libc/socket/async";
import { integerIn, options, usage } from "./support/arguments.ts";
import {
  encodeV1,
  encodeV2,
  type Proxied,
  ProxyHeaderError,
  receiveHeader,
} from "./support/proxy_protocol.ts";

const fail = (): never =>
  usage(
    "proxy_protocol.ts server [host] [port] | proxy [-v version] [host] [port] [serverHost] [serverPort]",
  );
const [{ version = "2" }, [role, host = "localhost", ...rest]] = options(
  { version: "v" },
  fail,
);
if (role !== "server" && role !== "proxy") fail();
if (version !== "1" && version !== "2") fail();
const [
  port = role === "server" ? "50013" : "50014",
  serverHost = "localhost",
  serverPort = "50013",
  ...tooMany
] = rest;
if (tooMany.length > 0 || (role === "server" && rest.length > 1)) fail();
const portOf = (text: string): number => integerIn(text, 0, 65535) ?? fail();
const [own, server] = [portOf(port), portOf(serverPort)];

/** How long a client may take to send its header, in milliseconds. */
const PATIENCE = 3000;

async function echo(connection: AsyncSocket<InetAddress>): Promise<void> {
  let client: Proxied | null;
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    client = await receiveHeader(connection, signal);
  } catch (error) {
    if (!(error instanceof ProxyHeaderError) && error !== signal.reason) {
      throw error;
    }
    console.log(`refused: ${(error as Error).message}`);
    return;
  }
  const [by] = connection.getpeername();
  console.log(
    client === null
      ? `${by} for itself`
      : `${client.source.join(" ")} by way of ${by}`,
  );
  for (let data; (data = await connection.recv(4096)).length > 0;) {
    await connection.sendall(data);
  }
}

async function forward(connection: AsyncSocket<InetAddress>): Promise<void> {
  using backend = await create_connection([serverHost, server], 10);
  const encode = version === "1" ? encodeV1 : encodeV2;
  await backend.sendall(encode({
    source: connection.getpeername(),
    destination: connection.getsockname(),
  }));
  await relay(connection, backend);
}

const listener = await create_server([host, own]);
console.error("Listening on", listener.getsockname());
await serve(listener, role === "server" ? echo : forward, {
  onError: (error, client) =>
    console.error(client?.[0] ?? "accept", (error as Error).message),
});
