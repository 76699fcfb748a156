/**
 * Opens system libraries with the permission that there is: `--allow-ffi`, a library's full path
 * alone, or the user's answer to Deno's question.
 */

import { os, type PlatformName } from "../constants/platform.ts";
import { fromCaller } from "../constants/stack.ts";

/** What the error says if a library cannot be opened. */
export interface Advice {
  /** The library, such as `the C library`. */
  readonly library: string;
  /** The path for `--allow-ffi=` that permits this library alone, if one is left to try. */
  readonly path?: string | undefined;
  /** What may be the reason if no name of the library is found. */
  readonly unfound?: string | undefined;
}

/**
 * Opens a library by the first of its names that is permitted and can be opened. If there is none,
 * and Deno can ask the user, this asks for permission to open any library.
 *
 * It does so before `Deno.dlopen`, which would ask for the name alone. Once it has, Deno takes a
 * name such as `libc.so.6` for a file of the current folder.
 *
 * @param names plain names, which the system's loader looks up, and full paths
 * @param open opens the library by one name
 * @param advise makes what the error says of the names that are left
 * @throws {Deno.errors.NotCapable} if permission is missing; the message has the flag to add
 * @throws {Error} if the library is not found, or lacks a function
 */
export function openFirst<T>(
  names: readonly string[],
  open: (name: string) => T,
  advise: (names: readonly string[]) => Advice,
): T {
  const failures = new Map<string, Error>();
  for (;;) {
    for (const name of names) {
      if (failures.has(name) || !isPermitted(name)) continue;
      try {
        return open(name);
      } catch (error) {
        failures.set(name, error as Error);
      }
    }
    const { state } = Deno.permissions.querySync(everything);
    if (
      state !== "prompt" ||
      Deno.permissions.requestSync(everything).state !== "granted"
    ) {
      throw refusal(names, failures, advise);
    }
  }
}

const everything = { name: "ffi" } as const;

/** Whether a library may be opened by this name. */
function isPermitted(name: string): boolean {
  if (isPath(name)) return isGranted(name);
  // Deno takes the name for a path of the current folder if even one other path is denied.
  const { state, partial } = Deno.permissions.querySync(everything);
  return state === "granted" && !partial;
}

/** Whether a library's name is a path, which can be permitted alone, rather than a plain name. */
export function isPath(name: string): boolean {
  return name.includes("/") || name.includes("\\");
}

function isGranted(path: string): boolean {
  return Deno.permissions.querySync({ name: "ffi", path }).state === "granted";
}

/** The error for a library that could not be opened by any of its names. */
function refusal(
  names: readonly string[],
  failures: ReadonlyMap<string, Error>,
  advise: (names: readonly string[]) => Advice,
): Error {
  const { library, path, unfound } = advise(
    names.filter((name) => !failures.has(name)),
  );
  const errors = [...failures];
  // That a file is missing says the least.
  const [name, cause]: [string?, Error?] =
    errors.find(([, error]) => !isNotFound(error)) ??
      errors.at(0) ?? [];
  const failed = `${library} could not be opened as ${name}`;
  const reason = cause?.message.replace(/^(Could not open library: )+/, "")
    .replace(`${name}: `, "");
  const { state, partial } = Deno.permissions.querySync(everything);
  if (state === "granted" && !partial) {
    const hint = unfound && cause && isNotFound(cause) ? `; ${unfound}` : "";
    return fromCaller(new Error(`${failed}: ${reason}${hint}`, { cause }));
  }
  const problem = cause === undefined
    ? `@libc/socket has no permission to open ${library}`
    : `${failed} with the permission that there is (${reason})`;
  const narrow = path && `, or with --allow-ffi=${path} for it alone`;
  const flags = state === "granted"
    ? "without --deny-ffi"
    : `with --allow-ffi${narrow ?? ""}`;
  return fromCaller(
    new Deno.errors.NotCapable(
      `${problem}: run again ${flags}${permissionHint(names)}`,
      { cause },
    ),
  );
}

/** What a user may have misunderstood about permissions, to follow the message. */
function permissionHint(names: readonly string[]): string {
  // Workers are not asked, nor does a flag change what they were given.
  if ("DedicatedWorkerGlobalScope" in globalThis) {
    return "; a Worker with permissions of its own needs ffi among them";
  }
  const plain = names.find((name) => !isPath(name) && isGranted(name));
  return plain === undefined
    ? ""
    : `; --allow-ffi=${plain} permits a file of the current folder only`;
}

/** Whether the error is that there is no such file, in the words of any system's loader. */
function isNotFound({ message }: Error): boolean {
  return /no such file|not found|could not be found/i.test(message);
}

// The functions of a library, each bound when it is first read. Deno compiles every function that
// it binds, for 0.06 ms and as much again for each buffer that it takes: to bind all of them would
// cost the first socket 13 ms.

/** How functions are declared, by their names here. */
export type Declarations = Readonly<Record<string, Deno.ForeignFunction>>;

/** The functions of a library, by these names. An optional one that it lacks is `undefined`. */
export type Symbols<D extends Declarations> = {
  readonly [Name in keyof D]:
    | Deno.StaticForeignSymbol<D[Name]>
    | (D[Name]["optional"] extends true ? undefined : never);
};

/** How the value of each property is made. */
export type Makers<T> = { readonly [Name in keyof T]: () => T[Name] };

/**
 * Returns an object whose properties are made when they are first read.
 *
 * They stay accessors, which V8 inlines. Were each replaced by its value, the object would change
 * its shape with each, and a call that has met five shapes costs 100 ns more.
 */
export function lazily<T extends object>(makers: Makers<T>): T {
  const object = {};
  for (const name in makers) {
    let value: unknown = unmade;
    Object.defineProperty(object, name, {
      configurable: true,
      enumerable: true,
      get: () => value === unmade ? value = makers[name]() : value,
      set: (replacement) => value = replacement,
    });
  }
  return object as T;
}

const unmade = Symbol();

/** When functions are bound, and what becomes of their handles. */
export interface Binding<Name> {
  /** The functions that are bound at once. */
  readonly first: readonly Name[];
  /** Whether the handles of the others stay open. */
  readonly keepsHandles: boolean;
}

/**
 * Opens a library, and returns how each of its functions is bound.
 *
 * A function has a handle of its own, which is closed at once: the function goes on working, as
 * nothing unloads a library with another handle. Deno's test sanitizers would count each handle as
 * a leak of the test that happens to call a function first. One handle stays open: it has the
 * functions that are bound at once and the non-blocking ones, which Deno looks up by it.
 *
 * @throws {Error} if it cannot be opened, or lacks a function that is bound at once
 */
export function binders<D extends Declarations>(
  name: string,
  declarations: D,
  { first, keepsHandles }: Binding<keyof D>,
): Makers<Symbols<D>> {
  const kept: Record<string, Deno.ForeignFunction> = {};
  for (const key in declarations) {
    const declared = declarations[key];
    if (declared.nonblocking || first.includes(key)) kept[key] = declared;
  }
  const { symbols } = Deno.dlopen(name, kept);
  const makers: Record<string, () => unknown> = {};
  for (const key in declarations) {
    makers[key] = () => {
      if (key in kept) return symbols[key] ?? undefined;
      const library = Deno.dlopen(name, { [key]: declarations[key] });
      const bound = library.symbols[key];
      if (!keepsHandles) library.close();
      return bound ?? undefined; // null if the library lacks it
    };
  }
  return makers as Makers<Symbols<D>>;
}

// Where each system keeps its C library.

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
