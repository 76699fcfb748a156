/**
 * An HTTP server: answers each request with what it understood of it, until Ctrl-C. The sockets
 * await, so it serves any number of clients at once: one that says nothing keeps nobody waiting,
 * and is dropped after ten seconds.
 *
 *     deno run --allow-ffi examples/http_server.ts [host] [port]
 *
 * Host and port default to `localhost` and 8080; with port 0 the system chooses one, which is
 * printed on standard error.
 */

import {
  type AsyncSocket,
  create_server,
  type HandlerContext,
  type InetAddress,
  OSError,
  serve,
} from "@libc/socket/async";

const [host = "localhost", port = "8080"] = Deno.args;

/** How long a client may take in all, in milliseconds. */
const PATIENCE = 10_000;
/** The most to read of a request, so that no stranger can fill our memory. */
const MAX_HEAD = 8192;

function answer(status: string, body: string): Uint8Array<ArrayBuffer> {
  const content = new TextEncoder().encode(body);
  return new TextEncoder().encode([
    `HTTP/1.0 ${status}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${content.length}`,
    "",
    body,
  ].join("\r\n"));
}

function answerTo(request: string, headers: string[]): Uint8Array<ArrayBuffer> {
  const [, method, path] = /^(\S+) (\S+) HTTP\/1\.\d$/.exec(request) ?? [];
  if (path === undefined) return answer("400 Bad Request", "What?\n");
  if (method !== "GET") {
    return answer("405 Method Not Allowed", `No ${method} here\n`);
  }
  return answer("200 OK", `You asked for ${path}\n${headers.join("\n")}\n`);
}

/**
 * Receives the lines of a request up to the empty one, which may arrive in any number of pieces.
 */
async function receiveHead(
  connection: AsyncSocket,
  signal: AbortSignal,
): Promise<string[]> {
  const decoder = new TextDecoder("latin1");
  let head = "";
  while (!/\n\r?\n/.test(head) && head.length < MAX_HEAD) {
    const data = await connection.recv(1024, { signal });
    if (data.length === 0) break;
    head += decoder.decode(data);
  }
  return head.split(/\n\r?\n/, 1)[0].split("\n").map((line) => line.trimEnd());
}

async function serveClient(
  connection: AsyncSocket,
  { address: [client] }: HandlerContext<InetAddress>,
): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const [request, ...headers] = await receiveHead(connection, signal);
    await connection.sendall(answerTo(request, headers), 0, { signal });
    console.log(`${client}: ${request}`);
  } catch (error) {
    if (!(error instanceof OSError) && error !== signal.reason) throw error;
    console.log(`${client} has left, or takes too long`);
  }
}

const listener = await create_server([host, Number(port)]);
console.error("Listening on", listener.getsockname());
await serve(listener, serveClient, { limit: 1000 });
