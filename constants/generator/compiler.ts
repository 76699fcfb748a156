/** Asking a C compiler for the values of expressions, without running anything. */

/** A compiler for a platform, and the headers that define its constants. */
export interface Toolchain {
  /** The command, looked up in the path. */
  readonly command: string;
  /** Arguments before the file name. */
  readonly flags?: readonly string[];
  /**
   * Sources that define the names, each compiled alone, because some headers
   * exclude each other.
   */
  readonly units: readonly string[];
}

/** A value by the expression it is the value of. */
export type Answers = ReadonlyMap<string, number>;

async function run(
  { command, flags = [] }: Toolchain,
  args: readonly string[],
): Promise<Deno.CommandOutput> {
  return await new Deno.Command(command, {
    args: [...flags, ...args],
    env: { LC_ALL: "C" },
    stdout: "piped",
    stderr: "piped",
  }).output();
}

/** Whether the compiler is at hand. */
export async function isAtHand(toolchain: Toolchain): Promise<boolean> {
  try {
    return (await run(toolchain, ["--version"])).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The unit with each header included only if the machine has it. */
export function optional(unit: string): string {
  return unit.replaceAll(
    /^#include (<.*>)$/gm,
    (line, header) => `#if __has_include(${header})\n${line}\n#endif`,
  );
}

/** Words of C that no header need contain. */
const builtIn = new Set(
  ["sizeof", "struct", "long", "int", "short", "__builtin_offsetof"],
);

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** All identifiers that the preprocessed unit holds or defines as macros. */
async function identifiers(
  toolchain: Toolchain,
  source: string,
): Promise<Set<string>> {
  const outputs = await Promise.all(
    [["-E", "-P"], ["-E", "-dM"]].map((flags) =>
      run(toolchain, [...flags, source])
    ),
  );
  return new Set(
    outputs.flatMap(({ stdout }) => text(stdout).match(/\w+/g) ?? []),
  );
}

/**
 * A function that puts the value of an expression into the assembly text, as two
 * immediates: 64 bits are more than every compiler takes for one. They stand in
 * a string because clang reads the assembly that it writes.
 */
function probe(expression: string, index: number): string {
  const value = `(long long)(${expression})`;
  const code = `"\\n.ascii \\"@${index}=%c0:%c1@\\"\\n"`;
  const operands = `"i"((int)(${value} >> 32)), "i"((int)${value})`;
  return `void probe_${index}(void) { __asm__ volatile(${code} :: ${operands}); }`;
}

/**
 * The values of those of the expressions that the unit makes constants of. Each
 * stands on a line of its own; a line that does not compile is left out the next
 * time. A unit whose headers do not compile here answers nothing.
 */
async function ask(
  toolchain: Toolchain,
  unit: string,
  expressions: readonly string[],
  directory: string,
): Promise<Map<string, number>> {
  const source = `${directory}/probe.c`;
  const assembly = `${directory}/probe.s`;
  const head = `${optional(unit)}\n`;
  const headLines = head.split("\n").length - 1;
  await Deno.writeTextFile(source, head);
  const known = await identifiers(toolchain, source);
  let left = expressions.filter((expression) =>
    expression.match(/[A-Za-z_]\w*/g)?.every((word) =>
      known.has(word) || builtIn.has(word)
    )
  );
  for (;;) {
    await Deno.writeTextFile(source, `${head}${left.map(probe).join("\n")}\n`);
    const flags = ["-w", "-O0", "-S", "-o", assembly, source];
    const { success, stderr } = await run(toolchain, flags);
    if (success) break;
    const wrong = new Set(
      [...text(stderr).matchAll(/probe\.c:(\d+):.*error:/g)]
        .map(([, line]) => Number(line) - 1 - headLines),
    );
    const rest = left.filter((_, line) => !wrong.has(line));
    if (rest.length === left.length) return new Map();
    left = rest;
  }
  const output = await Deno.readTextFile(assembly);
  return new Map(
    [...output.matchAll(/@(\d+)=(-?\d+):(-?\d+)@/g)].map(
      ([, index, high, low]) => [
        left[Number(index)],
        Number(high) * 2 ** 32 + (Number(low) >>> 0),
      ],
    ),
  );
}

/** The values of those of the expressions that some unit makes constants of. */
export async function evaluate(
  toolchain: Toolchain,
  expressions: readonly string[],
): Promise<Answers> {
  const answers = new Map<string, number>();
  const directory = await Deno.makeTempDir();
  try {
    for (const unit of toolchain.units) {
      const open = expressions.filter((one) => !answers.has(one));
      for (const [one, value] of await ask(toolchain, unit, open, directory)) {
        answers.set(one, value);
      }
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  return answers;
}
