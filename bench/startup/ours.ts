/** A program that imports this library; it prints its resident memory. */

import "../../mod.ts";

console.log(Deno.memoryUsage().rss);
