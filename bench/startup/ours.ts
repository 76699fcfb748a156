import "../../mod.ts";

console.log(Deno.memoryUsage().rss);
