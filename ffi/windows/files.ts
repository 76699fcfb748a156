/** Reads files by descriptor, which on Windows is one of `node:fs`; loaded at first use. */

/** As {@linkcode System.readFile}. */
export function readFile(
  fd: number,
  into: Uint8Array,
  position: number,
): number {
  // deno-lint-ignore no-process-global -- an import would load it at start
  const { readSync } = process.getBuiltinModule("node:fs");
  return readSync(fd, into, 0, into.length, position);
}
