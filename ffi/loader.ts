/**
 * Opens system libraries with the permission that there is: `--allow-ffi`, a library's full path
 * alone, or the user's answer to Deno's question.
 */

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
    return new Error(`${failed}: ${reason}${hint}`, { cause });
  }
  const problem = cause === undefined
    ? `@libc/socket has no permission to open ${library}`
    : `${failed} with the permission that there is (${reason})`;
  const narrow = path && `, or with --allow-ffi=${path} for it alone`;
  const flags = state === "granted"
    ? "without --deny-ffi"
    : `with --allow-ffi${narrow ?? ""}`;
  return new Deno.errors.NotCapable(
    `${problem}: run again ${flags}${permissionHint(names)}`,
    { cause },
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
