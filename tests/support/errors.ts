/** What tests ask of errors. */

import type { OSError } from "../../mod.ts";

/** Python's `str()` of an error. The message goes on with the call that failed. */
export function pythonText({ errno, strerror, winerror }: OSError): string {
  if (winerror !== undefined) return `[WinError ${winerror}] ${strerror}`;
  return errno === null ? strerror : `[Errno ${errno}] ${strerror}`;
}

/** A program's output without what our messages add to Python's: the call and its address. */
export function withoutCalls(output: string): string {
  return output.replaceAll(/(\[Errno -?\d+\] [^:\n]+): .*$/gm, "$1");
}
