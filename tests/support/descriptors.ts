/** The descriptors of this process, by Linux's /proc. */

const folder = "/proc/self/fd";

/**
 * What a descriptor refers to: a path, or a name such as `socket:[4242]`, which is unique to a
 * socket. `undefined` if the descriptor is closed.
 */
export function targetOf(fd: number): string | undefined {
  try {
    return Deno.readLinkSync(`${folder}/${fd}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * The open descriptors that refer to what a condition accepts. None on other systems, also where
 * Wine shows a /proc.
 *
 * The runtime has some too, and may open more at any time.
 */
export function descriptorsTo(
  accepts: (target: string) => boolean = () => true,
): number[] {
  if (Deno.build.os !== "linux") return [];
  return [...Deno.readDirSync(folder)].map(({ name }) => +name)
    .filter((fd) => {
      const target = targetOf(fd);
      return target !== undefined && accepts(target);
    });
}
