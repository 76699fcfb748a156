/** Files of the tests, and files for a test. */

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
