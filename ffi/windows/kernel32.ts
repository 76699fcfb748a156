/** `kernel32.dll`: handles, error texts, the name of the machine. */

import { buf, int } from "../c.ts";

/** A handle, of which only the low 32 bits are significant. */
const HANDLE = int;
const DWORD = "u32";

/** The declarations of `kernel32.dll`. */
export const kernel32 = {
  FormatMessageW: {
    parameters: [
      DWORD, /* dwFlags */
      buf, /* lpSource */
      DWORD, /* dwMessageId */
      DWORD, /* dwLanguageId */
      buf, /* lpBuffer */
      DWORD, /* nSize */
      buf, /* Arguments */
    ],
    result: DWORD,
  },
  GetComputerNameExW: {
    parameters: [int, /* NameType */ buf, /* lpBuffer */ buf /* nSize */],
    result: int,
  },
  GetCurrentProcessId: { parameters: [], result: DWORD },
  GetHandleInformation: {
    parameters: [HANDLE, buf /* lpdwFlags */],
    result: int,
  },
  SetHandleInformation: {
    parameters: [HANDLE, DWORD, /* dwMask */ DWORD /* dwFlags */],
    result: int,
  },
  Sleep: { parameters: [DWORD /* dwMilliseconds */], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;
