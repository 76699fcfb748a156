/** The C library's file. */

import { platform } from "../../constants/platform.ts";
import { libcNames } from "../../ffi/loader.ts";

/** The full paths where the C library may be, those of other systems included. */
export const libraryPaths: readonly string[] = libcNames(platform)
  .filter((name) => name.startsWith("/"));

/** The full path of this machine's C library; `undefined` on Windows, which has none. */
export const libraryPath: string | undefined = libraryPaths.find(isLibrary);

/** Whether this processor's C library is at that path. On macOS no file is there. */
export function isLibrary(path: string): boolean {
  try {
    Deno.dlopen(path, {}).close();
    return true;
  } catch {
    return false;
  }
}
