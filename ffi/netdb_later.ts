/** The resolver's calls made on another thread: `errno` is lost there, and their results tell enough. */

import { load, system } from "./libc.ts";
import type { LaterNetdb } from "./system.ts";

let symbols: LaterNetdb | undefined;

/** Opens them if that has not happened yet. */
export function loadLater(): LaterNetdb {
  load();
  return symbols ??= system.openLater();
}
