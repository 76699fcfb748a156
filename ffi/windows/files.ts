/** Files by their descriptors, which are those of `node:fs`: it is loaded when it is needed. */

/** As {@linkcode System.readFile}. */
export function readFile(
  fd: number,
  into: Uint8Array,
  position: number,
): number {
  // deno-lint-ignore no-process-global -- importing it would load it at once
  const { readSync } = process.getBuiltinModule("node:fs");
  return readSync(fd, into, 0, into.length, position);
}
