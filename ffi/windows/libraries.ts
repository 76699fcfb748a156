/** The Windows libraries that together have the functions of the C library elsewhere. */

import { type Declarations, openFirst, type Symbols } from "../loader.ts";
import { string } from "../declarations.ts";
import { iphlpapi } from "./iphlpapi.ts";
import { kernel32 } from "./kernel32.ts";
import { berkeley, winsock } from "./ws2_32.ts";

const { memcpy_address, memcpy_from, memcpy_pointer, strlen } = string;
const ntdll = { memcpy_address, memcpy_from, memcpy_pointer, strlen } as const;

/** The functions of all the libraries. */
export type Windows =
  & Symbols<typeof winsock>
  & Symbols<typeof berkeley>
  & Symbols<typeof kernel32>
  & Symbols<typeof iphlpapi>
  & Symbols<typeof ntdll>;

/** Where Windows keeps its libraries: the folder that `--allow-ffi=` may permit alone. */
const SYSTEM32 = "C:\\Windows\\System32";

/** The names by which the libraries were opened, by their plain names. */
export const openedNames: Record<string, string> = {};

function symbolsOf<D extends Declarations>(
  library: string,
  declarations: D,
): Symbols<D> {
  return openFirst(
    [library, `${SYSTEM32}\\${library}`],
    (name) => {
      const { symbols } = Deno.dlopen(name, declarations);
      openedNames[library] = name;
      return symbols as Symbols<D>;
    },
    () => ({ library, path: SYSTEM32 }),
  );
}

/** Opens the libraries and returns their functions. */
export function openLibraries(): Windows {
  // The FFI's own objects are in V8's slower dictionary mode; the copy is not.
  return {
    ...symbolsOf("ws2_32.dll", { ...winsock, ...berkeley }),
    ...symbolsOf("kernel32.dll", kernel32),
    ...symbolsOf("iphlpapi.dll", iphlpapi),
    ...symbolsOf("ntdll.dll", ntdll),
  };
}
