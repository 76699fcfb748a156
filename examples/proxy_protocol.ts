/**
 * The PROXY protocol, versions 1 and 2, by which a server behind a proxy learns who its client is:
 * a proxy that sends the header, and an echo server that reads it.
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

import { parseArgs } from "node:util";
import {
  AF_INET,
  AF_INET6,
  type AsyncSocket,
  create_connection,
  create_server,
  inet_ntop,
  inet_pton,
  type InetAddress,
  relay,
  serve,
} from "@libc/socket/async";
import { b, pack, repr, Struct } from "@libc/socket/bytes";

/** How long a client may take to send its header, in milliseconds. */
const PATIENCE = 3000;

/** What a header says: who connected to where. */
export interface Proxied {
  source: [host: string, port: number];
  destination: [host: string, port: number];
}

/** A header that breaks the rules: such a connection is to be closed. */
export class ProxyHeaderError extends Error {}

const SIGNATURE = b("\r\n\r\n\0\r\nQUIT\n");
const VERSION_2 = 0x20;
const PROXY = 1;
const TCP4 = 0x11;
const TCP6 = 0x21;
/** Two addresses and their ports. */
const ADDRESSES4 = new Struct("!4s4sHH");
const ADDRESSES6 = new Struct("!16s16sHH");
/** The longest line of version 1. */
const LONGEST_LINE = 107;
/** Enough for addresses and what may follow them. */
const LONGEST_HEADER = 2048;

const isIPv6 = (host: string): boolean => host.includes(":");

/** Encodes a header of version 1, a line of text. */
export function encodeV1({ source, destination }: Proxied): Uint8Array {
  const kind = isIPv6(source[0]) ? "TCP6" : "TCP4";
  const hosts = `${source[0]} ${destination[0]}`;
  return b(`PROXY ${kind} ${hosts} ${source[1]} ${destination[1]}\r\n`);
}

/** Encodes a header of version 2, which is binary. */
export function encodeV2({ source, destination }: Proxied): Uint8Array {
  const six = isIPv6(source[0]);
  const family = six ? AF_INET6 : AF_INET;
  const addresses = (six ? ADDRESSES6 : ADDRESSES4).pack(
    inet_pton(family, source[0]),
    inet_pton(family, destination[0]),
    source[1],
    destination[1],
  );
  return pack(
    `!12sBBH${addresses.length}s`,
    SIGNATURE,
    VERSION_2 | PROXY,
    six ? TCP6 : TCP4,
    addresses.length,
    addresses,
  );
}

/**
 * Receives the header of a connection, and not a byte more. The signal ends the wait: a client that
 * sends no header must not stay for ever. Resolves to `null` if the proxy connected for itself, as
 * in checking the server.
 */
async function receiveHeader(
  connection: AsyncSocket,
  signal: AbortSignal,
): Promise<Proxied | null> {
  // No header is shorter than "PROXY UNKNOWN\r\n".
  const start = await receiveExactly(connection, 15, signal);
  if (repr(start.subarray(0, 12)) === repr(SIGNATURE)) {
    const [low] = await receiveExactly(connection, 1, signal);
    const length = start[14] << 8 | low;
    if (length > LONGEST_HEADER) throw new ProxyHeaderError("too long");
    const body = await receiveExactly(connection, length, signal);
    return decodeV2(start[12], start[13], body);
  }
  let line = text(start);
  if (!line.startsWith("PROXY ")) throw new ProxyHeaderError("no header");
  while (!line.endsWith("\r\n")) {
    if (line.length === LONGEST_LINE) throw new ProxyHeaderError("too long");
    line += text(await receiveExactly(connection, 1, signal));
  }
  return decodeV1(line);
}

const text = (data: Uint8Array): string =>
  new TextDecoder("latin1").decode(data);

async function receiveExactly(
  connection: AsyncSocket,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const all = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const rest = all.subarray(at);
    const count = await connection.recv_into(rest, 0, 0, { signal });
    if (count === 0) throw new ProxyHeaderError("the connection ended");
    at += count;
  }
  return all;
}

/** Decodes a line of version 1. */
export function decodeV1(line: string): Proxied | null {
  if (/^PROXY UNKNOWN[^\r]*\r\n$/.test(line)) return null;
  const [, kind, from, to, fromPort, toPort] =
    /^PROXY TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5})\r\n$/.exec(line) ?? [];
  const family = kind === "4" ? AF_INET : AF_INET6;
  const ports = [Number(fromPort), Number(toPort)];
  try {
    const numeric = [from, to].map((host) =>
      inet_ntop(family, inet_pton(family, host))
    );
    if (ports.every((port) => port <= 65535)) {
      return {
        source: [numeric[0], ports[0]],
        destination: [numeric[1], ports[1]],
      };
    }
  } catch {
    // no addresses of that kind, or none at all
  }
  throw new ProxyHeaderError(`not a header: ${JSON.stringify(line)}`);
}

/** Decodes what follows the signature of version 2. */
export function decodeV2(
  command: number,
  kind: number,
  body: Uint8Array,
): Proxied | null {
  if (command === VERSION_2) return null; // LOCAL
  if (command !== (VERSION_2 | PROXY)) {
    throw new ProxyHeaderError(`unknown version or command ${command}`);
  }
  if (kind !== TCP4 && kind !== TCP6) return null; // not TCP: to be ignored
  const addresses = kind === TCP4 ? ADDRESSES4 : ADDRESSES6;
  const family = kind === TCP4 ? AF_INET : AF_INET6;
  // What follows the addresses are extensions.
  if (body.length < addresses.size) throw new ProxyHeaderError("too short");
  const [from, to, fromPort, toPort] = addresses.unpack_from(body);
  return {
    source: [inet_ntop(family, from), fromPort],
    destination: [inet_ntop(family, to), toPort],
  };
}

/** The server. */
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

/** The proxy. */
async function forward(
  connection: AsyncSocket<InetAddress>,
  server: InetAddress,
  encode: typeof encodeV1,
): Promise<void> {
  using backend = await create_connection(server, 10);
  await backend.sendall(encode({
    source: connection.getpeername(),
    destination: connection.getsockname(),
  }));
  await relay(connection, backend);
}

function usage(): never {
  console.error(
    "usage: proxy_protocol.ts server [host] [port] | proxy [-v version] [host] [port] [serverHost] [serverPort]",
  );
  Deno.exit(2);
}

if (import.meta.main) {
  let args;
  try {
    args = parseArgs({
      args: Deno.args,
      options: { version: { type: "string", short: "v", default: "2" } },
      allowPositionals: true,
    });
  } catch {
    usage();
  }
  const [
    role,
    host = "localhost",
    port = role === "server" ? "50013" : "50014",
    serverHost = "localhost",
    serverPort = "50013",
  ] = args.positionals;
  const { version } = args.values;
  if (role !== "server" && role !== "proxy") usage();
  if (version !== "1" && version !== "2") usage();
  if (!/^\d+$/.test(serverPort)) usage();

  const encode = version === "1" ? encodeV1 : encodeV2;
  const server: InetAddress = [serverHost, Number(serverPort)];
  const handle = role === "server"
    ? echo
    : (connection: AsyncSocket<InetAddress>) =>
      forward(connection, server, encode);
  const listener = await create_server([host, Number(port)]);
  console.error("Listening on", listener.getsockname());
  await serve(listener, handle, {
    onError: (error, client) =>
      console.error(client?.[0] ?? "accept", (error as Error).message),
  });
}
