/** Files of the tests, and files for a test. */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The path of a file in tests/. */
export const beside = (path: string): string =>
  fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Whether there is such a file or folder. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Makes a folder for the files of one test. It is removed with the block. */
export function temporaryFolder(): Disposable & { path: string } {
  const path = Deno.makeTempDirSync();
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

/** Copies a file, or a folder with all that is in it; makes the folders that it needs. */
export function copyAll(from: string, to: string): void {
  if (!Deno.statSync(from).isDirectory) {
    Deno.mkdirSync(dirname(to), { recursive: true });
    return Deno.copyFileSync(from, to);
  }
  Deno.mkdirSync(to, { recursive: true });
  for (const { name } of Deno.readDirSync(from)) {
    copyAll(join(from, name), join(to, name));
  }
}
