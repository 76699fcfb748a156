/** How variadic arguments are passed, which `ffi/declarations.ts` is built on. */

import { variadic, variadicOnStack } from "../../../ffi/declarations.ts";
import { compile, type Compiler } from "./compiler.ts";

/** The FFI's types in C. */
const types: Readonly<Record<string, string>> = {
  buffer: "void *",
  i32: "int",
  i64: "long long",
  u32: "unsigned",
  u64: "unsigned long long",
};

/** The variadic calls as C has them; each has one argument of unknown number and type. */
const calls = {
  ioctl: { request: "FIONBIO", argument: "pointer" },
  fcntl_int: { request: "F_DUPFD_CLOEXEC", argument: "77" },
} as const;

/** Each call as C makes it, and as the FFI does: with the declared parameters, the middle ones 0. */
function source(
  declarations: typeof variadic | typeof variadicOnStack,
): string {
  return Object.entries(calls).map(([key, { request, argument }]) => {
    const name = key.replace("_int", "");
    const { parameters } = declarations[key as keyof typeof calls];
    const filling = parameters.slice(2, -1).map(() => "0, ").join("");
    const fixed = parameters.map((type: string) => types[type]).join(", ");
    return `
      int variadic_${key}(int fd, void *pointer) {
        return ${name}(fd, ${request}, ${argument}) + 1;
      }
      int fixed_${key}(int fd, void *pointer, int (*call)(${fixed})) {
        return call(fd, ${request}, ${filling}${argument}) + 1;
      }`;
  }).join("\n");
}

/** Where a function of the assembly puts the last argument of its call. */
function place(assembly: string, name: string, { target }: Compiler): string {
  const [, after] = assembly.split(`\n_${name}:`);
  const [body] = after.split("\n\tret");
  const put = target === "aarch64-macos"
    ? /\bstr\s+x\d+, (\[sp\b.*?\])/
    : /(?:\$77|%rsi), %[er](dx)/;
  return put.exec(body)?.[1] ?? "a place of another kind";
}

/** Calls whose last argument the declarations put elsewhere than C does. */
export async function variadicCalls(compiler: Compiler): Promise<string[]> {
  const declarations = compiler.target === "aarch64-macos"
    ? variadicOnStack
    : variadic;
  const { success, output, complaints } = await compile(
    compiler,
    source(declarations),
    "-g0",
    "-O1",
    "-S",
  );
  if (!success) throw new Error(complaints);
  const assembly = new TextDecoder().decode(output);
  return Object.keys(calls).flatMap((key) => {
    const expected = place(assembly, `variadic_${key}`, compiler);
    const declared = place(assembly, `fixed_${key}`, compiler);
    console.log(`  the last argument of ${key} goes to ${expected}`);
    return expected === declared
      ? []
      : [`${key} puts it to ${declared}, but C to ${expected}`];
  });
}
