/**
 * Which platform's tables the running process uses. Everything else asks this
 * file and never `Deno.build`.
 *
 * @module
 */

/** A platform that has a table of constants and of struct layouts. */
export type KnownPlatform =
  | "linux_x86_64"
  | "linux_aarch64"
  | "darwin"
  | "windows"
  | "freebsd";

/** A platform with tables, or `"unsupported"`, where every constant is missing. */
export type PlatformName = KnownPlatform | "unsupported";

/** The name of the platform with the given operating system and processor. */
export function platformOf(os: string, arch: string): PlatformName {
  switch (os) {
    case "linux":
      return arch === "x86_64"
        ? "linux_x86_64"
        : arch === "aarch64"
        ? "linux_aarch64"
        : "unsupported";
    // These three have equal values on both processors that Deno runs on.
    case "darwin":
    case "windows":
    case "freebsd":
      return os;
    default:
      return "unsupported";
  }
}

/** The operating system as error messages name it, such as `"darwin"`. */
export const os: string = Deno.build.os;

/** The running platform. */
export const platform: PlatformName = platformOf(os, Deno.build.arch);
