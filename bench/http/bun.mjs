// An HTTP server on `Bun.serve`.

import { page } from "./page.mjs";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => new Response(page),
});
console.log(server.port);
for await (const _ of Bun.stdin.stream()); // until the input ends
process.exit();
