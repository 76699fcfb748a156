/** Pages of Markdown: their blocks of code, and a folder in which to do what they say. */

import { assertEquals } from "@std/assert";
import { text } from "./bytes.ts";
import { beside, temporaryFolder } from "./files.ts";

/** A block of code. */
export interface Block {
  /** The language, the first word after the fence: `ts`, `python`, `sh` … */
  readonly language: string;
  /** All lines between the fences. */
  readonly code: string;
  /** The number of the first of these lines in the page. */
  readonly line: number;
  /** The text between this block and the one before it. */
  readonly before: string;
}

/** Returns the blocks of a page that name a language, in order. */
export function blocksOf(page: string): Block[] {
  let end = 0;
  return [...page.matchAll(/^```(\S+)[^\n]*\n([^]*?)^```$/gm)].map((match) => {
    const [fenced, language, code] = match;
    const before = page.slice(end, match.index);
    end = match.index + fenced.length;
    return {
      language,
      code,
      line: page.slice(0, match.index).split("\n").length + 1,
      before,
    };
  });
}

/**
 * Makes the folder of a reader: it holds this repository as `libc-socket`, and each block that
 * starts with `// name.ts` as the file of that name. It is removed with the block.
 *
 * @param blocks the blocks of the page
 * @param hasClone whether the reader has the repository
 */
export function folderOfAReader(
  blocks: Block[],
  hasClone = true,
): Disposable & { path: string } {
  const folder = temporaryFolder();
  if (hasClone) Deno.symlinkSync(beside("../"), `${folder.path}/libc-socket`);
  for (const { code } of blocks) {
    const name = code.match(/^\/\/ (\w+\.ts)\n/)?.[1];
    if (name) Deno.writeTextFileSync(`${folder.path}/${name}`, code);
  }
  return folder;
}

/**
 * Runs each `deno run` that a page shows with its output, and checks that output.
 *
 * @param blocks the page's blocks; that of the output follows that of the command
 * @param folder where to run
 * @param environment variables for Deno, beside its own
 * @returns how many were run
 */
export async function runAsShown(
  blocks: Block[],
  folder: string,
  environment: Record<string, string> = {},
): Promise<number> {
  let count = 0;
  for (const [i, { language, code }] of blocks.entries()) {
    const output = blocks[i + 1];
    if (language !== "sh" || !code.startsWith("deno run")) continue;
    if (output?.language !== "text") continue;
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: code.trim().split(" ").slice(1),
        cwd: folder,
        env: { NO_COLOR: "1", ...environment },
      },
    ).output();
    const message = `${code}${text(stderr)}`;
    assertEquals([success, text(stdout)], [true, output.code], message);
    count++;
  }
  return count;
}
