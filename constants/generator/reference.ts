/** The facts in `constants/reference/`, as the generator wants them. */

import type { KnownPlatform } from "../platform.ts";

/** The platforms in the order in which documentation lists them. */
export const platforms: readonly KnownPlatform[] = [
  "linux_x86_64",
  "linux_aarch64",
  "darwin",
  "freebsd",
  "windows",
];

/** The constants of a platform by name. */
export type Values = Readonly<Record<string, number | string>>;

/** A struct as `layouts.json` has it. */
export interface ReferenceStruct {
  readonly size: number;
  readonly c_name?: string;
  readonly fields?: Readonly<
    Record<string, { offset?: number; size?: number; bits?: string }>
  >;
}

/** A platform's structs and the facts beside them. */
export interface ReferenceLayout {
  readonly structs: Readonly<Record<string, ReferenceStruct>>;
  readonly types: Readonly<Record<string, number>>;
  readonly cmsg: { readonly align: number; readonly header: number };
}

/** The names of Python's module. */
export interface PythonNames {
  readonly functions: readonly string[];
  readonly classes_and_exceptions: readonly string[];
  readonly socket_methods: readonly string[];
  readonly bool_constants: readonly string[];
  readonly int_constants: readonly string[];
  readonly string_constants: Readonly<Record<string, string>>;
  readonly errno_names: readonly string[];
  readonly errno_names_by_platform: Readonly<Record<string, readonly string[]>>;
  readonly function_availability: Readonly<Record<string, readonly string[]>>;
  readonly method_availability: Readonly<Record<string, readonly string[]>>;
}

/** What `python-value-quirks.json` says that changes a value. */
interface Quirks {
  readonly windows_signed_values: {
    readonly values: Readonly<Record<string, number>>;
  };
  readonly windows_errno: {
    readonly crt_errno: Readonly<Record<string, number>>;
  };
}

function read<T>(file: string): T {
  const url = new URL(`../reference/${file}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(url)) as T;
}

/** The file name of a platform: the reference writes a hyphen. */
const fileName = (platform: KnownPlatform): string =>
  platform.replace("linux_", "linux-");

/** The names of Python's `socket` and `errno`. */
export const python: PythonNames = read("python-socket-names");

const quirks: Quirks = read("python-value-quirks");

/** Errno values of the Windows C runtime, where Python shows Winsock's. */
export const runtimeErrno = quirks.windows_errno.crt_errno;

/** Values that Python shows negative on Windows, whose C `long` has 32 bits. */
export const signedOnWindows = quirks.windows_signed_values.values;

/** The header values of a platform by name. */
export function headerValues(platform: KnownPlatform): Values {
  return read(`constants-${fileName(platform)}`);
}

/** The layouts of a platform. */
export function referenceLayout(platform: KnownPlatform): ReferenceLayout {
  const all = read<
    Record<string, Record<string, ReferenceStruct & { alias_of?: string }>>
  >("layouts")[fileName(platform)];
  const { _types, _cmsg, ...rest } = all;
  const cmsg = _cmsg as unknown as { alignment: number; data_offset: number };
  const structs = Object.entries(rest).map(([name, struct]) =>
    [name, struct.alias_of ? rest[struct.alias_of] : struct] as const
  );
  return {
    structs: Object.fromEntries(structs),
    types: _types as unknown as Record<string, number>,
    cmsg: { align: cmsg.alignment, header: cmsg.data_offset },
  };
}
