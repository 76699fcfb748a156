/** A program that makes a socket, which opens the C library; it prints its resident memory. */

import { Socket } from "../../mod.ts";

new Socket().close();
console.log(Deno.memoryUsage().rss);
