/** The resolver's calls made on another thread: `errno` is lost there, and their results tell enough. */

import { libraryName, load } from "./libc.ts";
import { netdb } from "./netdb.ts";

const later = { nonblocking: true } as const;

const declarations = {
  getaddrinfo: { ...netdb.getaddrinfo, ...later },
  getnameinfo: { ...netdb.getnameinfo, ...later },
  gethostbyname_r: { ...netdb.gethostbyname_r, ...later },
  gethostbyaddr_r: { ...netdb.gethostbyaddr_r, ...later },
} as const satisfies Deno.ForeignLibraryInterface;

/** The resolver's calls, each giving a promise. */
export type LaterNetdb = Deno.StaticForeignLibraryInterface<
  typeof declarations
>;

let symbols: LaterNetdb | undefined;

/** Opens them if that has not happened yet. */
export function loadLater(): LaterNetdb {
  if (symbols === undefined) {
    load();
    symbols = Deno.dlopen(libraryName, declarations).symbols;
  }
  return symbols;
}
