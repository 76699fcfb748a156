/** The Windows libraries that together have the functions of the C library elsewhere. */

import {
  binders,
  type Declarations,
  lazily,
  type Makers,
  openFirst,
  type Symbols,
} from "../loader.ts";
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

function bindersOf<D extends Declarations>(
  library: string,
  declarations: D,
  first: readonly (keyof D)[],
  keepsHandles: boolean,
): Makers<Symbols<D>> {
  return openFirst(
    [library, `${SYSTEM32}\\${library}`],
    (name) => {
      const makers = binders(name, declarations, { first, keepsHandles });
      openedNames[library] = name;
      return makers;
    },
    () => ({ library, path: SYSTEM32 }),
  );
}

// Bound at once: whatever becomes of permissions, a socket that was made can be closed. And to bind
// a function may set the error that WSAGetLastError returns.
const first = ["WSAGetLastError", "WSASocketW", "close"] as const;

/**
 * Opens the libraries and returns their functions, each bound when it is first read.
 *
 * @param keepsHandles as for {@linkcode binders}
 */
export function openLibraries(keepsHandles: boolean): Windows {
  const sockets = { ...winsock, ...berkeley };
  return lazily<Windows>({
    ...bindersOf("ws2_32.dll", sockets, first, keepsHandles),
    ...bindersOf("kernel32.dll", kernel32, [], keepsHandles),
    ...bindersOf("iphlpapi.dll", iphlpapi, [], keepsHandles),
    ...bindersOf("ntdll.dll", ntdll, [], keepsHandles),
  });
}
