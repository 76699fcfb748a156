/**
 * What can be proved about macOS without a Mac: `deno task check:darwin` asks a compiler that has
 * macOS's headers for every constant, struct and field of the tables, for the bytes of the structs
 * that the library writes, for the symbols that it loads, and for how variadic arguments are
 * passed.
 */

import { compilers } from "./darwin/compiler.ts";
import { samples } from "./darwin/samples.ts";
import { linkable } from "./darwin/symbols.ts";
import { tables } from "./darwin/tables.ts";
import { variadicCalls } from "./darwin/variadic.ts";

const faults: string[] = [];
for (const compiler of await compilers()) {
  console.log(compiler.target);
  for (const check of [tables, samples, linkable, variadicCalls]) {
    const found = await check(compiler);
    faults.push(...found.map((fault) => `${compiler.target}: ${fault}`));
  }
}
for (const fault of faults) console.error(fault);
console.log(
  faults.length === 0
    ? "The library is as macOS's headers have it."
    : `The library and macOS's headers disagree ${faults.length} times.`,
);
Deno.exit(faults.length === 0 ? 0 : 1);
