/**
 * A transparent proxy: the firewall redirects connections to it, and it connects to where each of
 * them was going. Clients need no settings and see no proxy. Linux.
 *
 *     deno run --allow-ffi examples/transparent_proxy.ts [port]
 *
 * The port defaults to 12345. As root, these send it what the machines behind this router open to
 * port 80:
 *
 *     nft add table ip proxy
 *     nft add chain ip proxy prerouting '{ type nat hook prerouting priority dstnat; }'
 *     nft add rule ip proxy prerouting tcp dport 80 redirect to :12345
 */

import {
  type AsyncSocket,
  create_connection,
  create_server,
  type InetAddress,
  originalDestination,
  OSError,
  relay,
} from "@libc/socket/async";

const [port = "12345"] = Deno.args;

/** Connects to where a client was going, and passes everything on in both directions. */
async function serve(client: AsyncSocket<InetAddress>): Promise<void> {
  using _client = client;
  const [from] = client.getpeername();
  try {
    const [host, port] = originalDestination(client);
    // Who connects to the proxy itself would go round in circles.
    if (port === listener.getsockname()[1]) return;
    using server = await create_connection([host, port]);
    const [sent, received] = await relay(client, server);
    console.log(`${from} to ${host}:${port}: ${sent} and ${received} bytes`);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log(`${from}: ${error.message}`);
  }
}

await using listener = await create_server(["", Number(port)]);
console.error("Listening on", listener.getsockname());
for await (const [client] of listener) serve(client);
