/** A program that imports this library as a namespace; it prints its resident memory. */

import * as socket from "../../mod.ts";

console.log(Deno.memoryUsage().rss);
if (!("AF_INET" in socket)) throw new Error("no AF_INET");
