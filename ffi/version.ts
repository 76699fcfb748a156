/** The versions of Deno that the library runs on. */

/**
 * The oldest version: all tests pass on it (`deno task test:versions`). Before 2.8.0, `node:tls`
 * over a socket fails or hangs. Before 2.7.6, Deno may free a buffer while a call on another thread
 * writes to it.
 */
export const oldestDeno = "2.8.0";

/**
 * Checks that a version of Deno is not too old.
 *
 * @param version the version, as in `Deno.version.deno`
 * @throws {Error} if it is older than {@linkcode oldestDeno}
 */
export function checkVersion(version: string): void {
  if (isBefore(version, oldestDeno)) {
    throw new Error(
      `@libc/socket needs Deno ${oldestDeno} or newer, and this is Deno ${version}: run "deno upgrade"`,
    );
  }
}

/** Whether one version is older. Without regular expressions: one costs the first socket 0.2 ms. */
function isBefore(version: string, other: string): boolean {
  const parts = version.split(".");
  const others = other.split(".");
  for (let i = 0; i < 3; i++) {
    const difference = parseInt(parts[i]) - parseInt(others[i]); // the last may be "0-rc"
    if (difference !== 0) return difference < 0;
  }
  return false;
}
