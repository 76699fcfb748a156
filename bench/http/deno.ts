/** An HTTP server on `Deno.serve`. */

import { announce } from "../support/contestant.ts";
import { page } from "./page.mjs";

const { addr } = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: () => {},
}, () => new Response(page));
announce(addr.port);
