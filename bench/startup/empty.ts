/** A program that imports nothing; it prints its resident memory. */

console.log(Deno.memoryUsage().rss);
