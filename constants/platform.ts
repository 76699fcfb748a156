/**
 * Which platform's tables the running process uses. All other code asks this file rather than
 * `Deno.build`.
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

/**
 * The name of the platform with the given operating system, processor and C library, the last as in
 * `Deno.build.env`.
 */
export function platformOf(
  os: string,
  arch: string,
  env?: string,
): PlatformName {
  switch (os) {
    case "linux":
      return env === "musl"
        ? "unsupported"
        : arch === "x86_64"
        ? "linux_x86_64"
        : arch === "aarch64"
        ? "linux_aarch64"
        : "unsupported";
    // Each of these has the same values on both processors that Deno runs on.
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
export const platform: PlatformName = platformOf(
  os,
  Deno.build.arch,
  Deno.build.env,
);

/** The message for the first use of anything on an unsupported platform; else `undefined`. */
export const unsupported: string | undefined = platform === "unsupported"
  ? `@libc/socket does not run on ${Deno.build.target}: it needs 64-bit Linux with glibc, macOS, or Windows`
  : undefined;
