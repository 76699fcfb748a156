/** The Windows libraries that together have the functions of the C library elsewhere. */

import { string } from "../string.ts";
import { iphlpapi } from "./iphlpapi.ts";
import { kernel32 } from "./kernel32.ts";
import { berkeley, winsock } from "./ws2_32.ts";

type Symbols<T extends Deno.ForeignLibraryInterface> =
  Deno.StaticForeignLibraryInterface<T>;

const { memcpy_address, memcpy_from, memcpy_pointer, strlen } = string;
const ntdll = { memcpy_address, memcpy_from, memcpy_pointer, strlen } as const;

/** The functions of all the libraries. */
export type Windows =
  & Symbols<typeof winsock>
  & Symbols<typeof berkeley>
  & Symbols<typeof kernel32>
  & Symbols<typeof iphlpapi>
  & Symbols<typeof ntdll>;

/** Opens the libraries and returns their functions. */
export function openLibraries(): Windows {
  // The FFI's own objects are in V8's slower dictionary mode; the copy is not.
  return {
    ...Deno.dlopen("ws2_32.dll", { ...winsock, ...berkeley }).symbols,
    ...Deno.dlopen("kernel32.dll", kernel32).symbols,
    ...Deno.dlopen("iphlpapi.dll", iphlpapi).symbols,
    ...Deno.dlopen("ntdll.dll", ntdll).symbols,
  };
}
