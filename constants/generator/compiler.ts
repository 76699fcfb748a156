/** Asks a C compiler for the values of expressions, without running its output. */

/** A compiler for a platform, and the headers that define its constants. */
export interface Toolchain {
  /** The command, looked up in the path. */
  readonly command: string;
  /** Arguments before the file name. */
  readonly flags?: readonly string[];
  /** Sources that define the names, each compiled alone because some headers exclude each other. */
  readonly units: readonly string[];
}

/** Values by their expressions. */
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

/** Whether the compiler is installed. */
export async function isInstalled(toolchain: Toolchain): Promise<boolean> {
  try {
    return (await run(toolchain, ["--version"])).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The unit, changed to include each header only if the machine has it. */
export function optional(unit: string): string {
  return unit.replaceAll(
    /^#include (<.*>)$/gm,
    (line, header) => `#if __has_include(${header})\n${line}\n#endif`,
  );
}

/** Words that C itself defines, so that no header needs to. */
const builtIn = new Set(
  ["sizeof", "struct", "long", "int", "short", "__builtin_offsetof"],
);

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** All identifiers that the preprocessed unit contains or defines as macros. */
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
 * A C function that puts the value of an expression into the assembly text. The value is split into
 * two immediates because not every compiler accepts one of 64 bits, and they are in a string
 * because clang parses the assembly that it writes.
 */
function probe(expression: string, index: number): string {
  const value = `(long long)(${expression})`;
  const code = `"\\n.ascii \\"@${index}=%c0:%c1@\\"\\n"`;
  const operands = `"i"((int)(${value} >> 32)), "i"((int)${value})`;
  return `void probe_${index}(void) { __asm__ volatile(${code} :: ${operands}); }`;
}

/**
 * The values of those expressions that are constant in a unit. Each is compiled on a line of its
 * own; lines with errors are removed, and the rest is compiled again. If the headers themselves do
 * not compile, there are no values.
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
  let remaining = expressions.filter((expression) =>
    expression.match(/[A-Za-z_]\w*/g)?.every((word) =>
      known.has(word) || builtIn.has(word)
    )
  );
  for (;;) {
    await Deno.writeTextFile(
      source,
      `${head}${remaining.map(probe).join("\n")}\n`,
    );
    const flags = ["-w", "-O0", "-S", "-o", assembly, source];
    const { success, stderr } = await run(toolchain, flags);
    if (success) break;
    const wrong = new Set(
      [...text(stderr).matchAll(/probe\.c:(\d+):.*error:/g)]
        .map(([, line]) => Number(line) - 1 - headLines),
    );
    const right = remaining.filter((_, line) => !wrong.has(line));
    if (right.length === remaining.length) return new Map();
    remaining = right;
  }
  const output = await Deno.readTextFile(assembly);
  return new Map(
    [...output.matchAll(/@(\d+)=(-?\d+):(-?\d+)@/g)].map(
      ([, index, high, low]) => [
        remaining[Number(index)],
        Number(high) * 2 ** 32 + (Number(low) >>> 0),
      ],
    ),
  );
}

/** The values of those expressions that are constant in at least one unit. */
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
