/** Opens files to read by Deno's rules. */

/** A file, opened. Its descriptor is in a table of Deno's, so {@linkcode close} has to close it. */
export interface OpenFile {
  /** The descriptor. */
  readonly fd: number;
  /** Closes it. */
  close(): void;
}

let descriptors: boolean | undefined;

/**
 * Opens a file with Node's function. As with all functions of Deno that open files, it depends on
 * the permissions whether it may: beside `--allow-read`, `/proc` and the like need `--allow-all`,
 * by whatever path or symbolic link.
 *
 * @param path the file's path
 * @returns the file; `undefined` if this version of Deno does not return the system's descriptors
 * @throws {Error} with a `code`, if the system cannot open it
 * @throws {Deno.errors.NotCapable} without permission
 */
export function openFile(path: string): OpenFile | undefined {
  // Before 2.8, and in some versions of 2.7, they are numbers of Deno's own.
  descriptors ??= Deno.version.deno.localeCompare("2.8.0", undefined, {
    numeric: true,
  }) >= 0;
  if (!descriptors) return undefined;
  // deno-lint-ignore no-process-global -- an import would load it at start
  const { closeSync, openSync } = process.getBuiltinModule("node:fs");
  const fd = openSync(path, "r");
  return { fd, close: () => closeSync(fd) };
}
