/** The facts in `constants/reference/`, in the form that the generator works with. */

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

/** A platform's structs, the sizes of C's basic types, and the layout of ancillary data. */
export interface ReferenceLayout {
  readonly structs: Readonly<Record<string, ReferenceStruct>>;
  readonly types: Readonly<Record<string, number>>;
  readonly cmsg: { readonly align: number; readonly header: number };
}

/** The names of Python's modules `socket` and `errno`. */
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

/** The entries of `python-value-quirks.json` that change a value. */
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

/** The name of a platform's file of constants, which are the same on both processors of Linux. */
export const constantsFile = (platform: KnownPlatform): string =>
  platform.replace(/_.*/, "");

/** The names of Python's `socket` and `errno`. */
export const python: PythonNames = read("python-socket-names");

const quirks: Quirks = read("python-value-quirks");

/** Errno values of the Windows C runtime, where Python shows Winsock's. */
export const runtimeErrno = quirks.windows_errno.crt_errno;

/** Values that Python shows as negative on Windows, where C's `long` has 32 bits. */
export const signedOnWindows = quirks.windows_signed_values.values;

/** The header values of a platform by name. */
export function headerValues(platform: KnownPlatform): Values {
  return read(`constants-${constantsFile(platform)}`);
}

/** The values of the constants that have a door of their own, by name. */
export function doorValues(door: string): Readonly<Record<string, number>> {
  return read(`door-${door}`);
}

/** The structs of a platform in `layouts.json`, and the facts beside them. */
interface LayoutEntry {
  /** The platform whose entry this one completes. */
  readonly _as?: KnownPlatform;
  readonly _types: ReferenceLayout["types"];
  readonly _cmsg: { readonly alignment: number; readonly data_offset: number };
  readonly [struct: string]: unknown;
}

/** The layout of a platform. */
export function referenceLayout(platform: KnownPlatform): ReferenceLayout {
  const all = read<Record<KnownPlatform, LayoutEntry>>("layouts");
  const { _as, ...own } = all[platform];
  const { _types, _cmsg, ...rest } = { ...(_as && all[_as]), ...own };
  const structs = rest as Record<
    string,
    ReferenceStruct & { readonly alias_of?: string }
  >;
  for (const [name, { alias_of }] of Object.entries(structs)) {
    if (alias_of) structs[name] = structs[alias_of];
  }
  return {
    structs,
    types: _types,
    cmsg: { align: _cmsg.alignment, header: _cmsg.data_offset },
  };
}
