/** Identifies a socket, whichever of its descriptors is given. Linux. */
export const identity = (fd: number): string =>
  Deno.readLinkSync(`/proc/self/fd/${fd}`);

/**
 * How many descriptors of sockets this process has. Its runtime has some too, and at times opens more.
 *
 * @param which only of those with these identities
 */
export function openSockets(which?: ReadonlySet<string>): number {
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const file = identity(+name);
      if (which === undefined ? file.startsWith("socket:") : which.has(file)) {
        count++;
      }
    } catch {
      // The descriptor that reads the folder, or one that the runtime has just closed.
    }
  }
  return count;
}
