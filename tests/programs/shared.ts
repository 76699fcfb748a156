/** Tells its number, is given a socket by `share()`'s bytes, and sends back what comes over it. */

import { fromshare } from "../../mod.ts";

console.log(Deno.pid);
const line = await new Response(Deno.stdin.readable).text();
using socket = fromshare(Uint8Array.fromHex(line.trim()));
for (let data; (data = socket.recv(100)).length > 0;) socket.sendall(data);
