/** The symbols that the library loads, linked against what macOS's libSystem exports. */

import { declarations } from "../../../ffi/declarations.ts";
import { there } from "../../support/libsystem.ts";
import { compile, type Compiler } from "./compiler.ts";

/** Symbols whose being there, or not, is not as the library takes it. */
export async function linkable(compiler: Compiler): Promise<string[]> {
  const required = new Set<string>();
  const optional = new Set<string>();
  for (const [key, declared] of Object.entries(declarations)) {
    const { name = key, optional: may = false } = declared as {
      name?: string;
      optional?: boolean;
    };
    (may ? optional : required).add(name);
  }
  const names = [...new Set([...required, ...optional])];
  const absent = await missing(compiler, names);
  console.log(
    `  ${names.length - absent.size} symbols link; absent: ${
      [...absent].sort().join(" ")
    }`,
  );
  const unknown = there.filter((name) => !names.includes(name));
  return [
    ...unknown.map((name) => `${name} is no longer declared`),
    ...[...required].filter((name) => absent.has(name)).map((name) =>
      `${name} is not in libSystem`
    ),
    ...[...optional].filter((name) => there.includes(name) === absent.has(name))
      .map((name) =>
        `${name} is ${absent.has(name) ? "not" : "after all"} in libSystem`
      ),
  ];
}

/** Which of the names the linker does not find. */
async function missing(
  compiler: Compiler,
  names: readonly string[],
): Promise<Set<string>> {
  // No headers: their declarations would be others. The symbols begin with an underscore there.
  const source =
    names.map((name, i) => `extern char symbol_${i}[] __asm("_${name}");`).join(
      "\n",
    ) +
    `\nchar *all[] = {${names.map((_, i) => `symbol_${i}`).join(",")}};` +
    "\nint main(void) { return all[0] == 0; }";
  const bare = {
    ...compiler,
    toolchain: { ...compiler.toolchain, units: [""] },
  };
  const { success, complaints } = await compile(bare, source);
  const undefined_ = [
    ...complaints.matchAll(/undefined (?:symbol:|reference to symbol) _(\w+)/g),
  ];
  if (!success && undefined_.length === 0) throw new Error(complaints);
  return new Set(undefined_.map(([, name]) => name));
}
