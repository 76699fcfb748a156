/**
 * Fetches a page over HTTP, reading the response as a file. The head goes to standard error, the
 * body to standard output.
 *
 *     deno run --allow-ffi examples/http_get.ts url
 *
 * The exit status is 0 if the server answers 200 OK, or else 1.
 */

import { create_connection } from "@libc/socket";

const url = URL.parse(Deno.args[0]);
if (url?.protocol !== "http:") {
  console.error("usage: http_get.ts http://host[:port]/path");
  Deno.exit(2);
}

const host = url.hostname.replace(/^\[(.*)\]$/, "$1"); // IPv6 is in brackets
using connection = create_connection([host, Number(url.port || 80)]);
using file = connection.makefile("rwb");
const request = [
  `GET ${url.pathname}${url.search} HTTP/1.0`, // 1.0, so that the body ends with the connection
  `Host: ${url.host}`,
  "",
  "",
];
file.write(new TextEncoder().encode(request.join("\r\n")));
file.flush();

const decoder = new TextDecoder("latin1");
const status = decoder.decode(file.readline()).trimEnd();
console.error(status);
for (;;) {
  const header = decoder.decode(file.readline()).trimEnd();
  if (header === "") break;
  console.error(header);
}
for (;;) {
  let chunk = file.read(65536)!;
  if (chunk.length === 0) break;
  while (chunk.length > 0) {
    chunk = chunk.subarray(Deno.stdout.writeSync(chunk));
  }
}
if (!/^HTTP\/1\.\d 200\b/.test(status)) Deno.exitCode = 1;
