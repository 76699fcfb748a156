/** Prints its process id, reads the bytes of `share()`, and echoes over the shared socket. */

import { fromshare } from "../../mod.ts";

console.log(Deno.pid);
const line = await new Response(Deno.stdin.readable).text();
using socket = fromshare(Uint8Array.fromHex(line.trim()));
for (let data; (data = socket.recv(100)).length > 0;) socket.sendall(data);
