/** Where each system keeps its C library. */

import { os, type PlatformName } from "../constants/platform.ts";
import { type Advice, isPath } from "./loader.ts";

/** The environment variable that may name the C library. It is read if that needs no question. */
const variable = "SOCKET_LIBC_PATH";

/** The paths of glibc, in folders for several processors by the name of this one's. */
const glibc = (folder: string): readonly string[] => [
  "libc.so.6",
  `/usr/lib/${folder}/libc.so.6`, // Debian, Ubuntu, Raspberry Pi OS
  "/usr/lib64/libc.so.6", // Fedora, openSUSE
  "/usr/lib/libc.so.6", // Arch
  "/usr/local/lib/libc.so.6", // Deno's image of Alpine, where musl is in /lib
  "/usr/glibc-compat/lib/libc.so.6", // other images of Alpine
  "/run/current-system/sw/lib/libc.so.6", // NixOS
  "/run/current-system/profile/lib/libc.so.6", // Guix
  `/lib/${folder}/libc.so.6`,
  "/lib64/libc.so.6",
  "/lib/libc.so.6",
];

const names: Readonly<Partial<Record<PlatformName, readonly string[]>>> = {
  linux_x86_64: glibc("x86_64-linux-gnu"),
  linux_aarch64: glibc("aarch64-linux-gnu"),
  darwin: [
    "libSystem.dylib",
    "/usr/lib/libSystem.B.dylib",
    "/usr/lib/libSystem.dylib",
  ],
  freebsd: ["libc.so.7", "/lib/libc.so.7"],
};

/**
 * Returns the names to open a platform's C library by: the one that the user chose, or else its
 * plain name, then its full paths on known systems.
 */
export function libcNames(platform: PlatformName): readonly string[] {
  const chosen = chosenName();
  return chosen === undefined ? names[platform] ?? [] : [chosen];
}

function chosenName(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) || undefined : undefined;
}

/** What the error says if the C library is not opened, and these names were not tried. */
export function libcAdvice(names: readonly string[]): Advice {
  const paths = names.filter(isPath);
  const path = paths.find(exists) ?? paths[0];
  return chosenName() !== undefined
    ? { library: `the C library that ${variable} names`, path }
    : { library: "the C library", path, unfound };
}

const unfound = os === "linux"
  ? `@libc/socket needs glibc, and does not run on musl alone; ${variable} can name glibc's file`
  : undefined;

/** Whether there is a file, as far as Deno answers without asking the user. */
function exists(path: string): boolean {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") {
    return false;
  }
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
