/** `kernel32.dll`: handles, error messages, the host name. */

import { buf, int } from "../declarations.ts";

/** A handle, of which only the low 32 bits are significant. */
const HANDLE = int;
const DWORD = "u32";

/** The declarations of `kernel32.dll`. */
export const kernel32 = {
  FormatMessageW: {
    parameters: [
      /* dwFlags */ DWORD,
      /* lpSource */ buf,
      /* dwMessageId */ DWORD,
      /* dwLanguageId */ DWORD,
      /* lpBuffer */ buf,
      /* nSize */ DWORD,
      /* Arguments */ buf,
    ],
    result: DWORD,
  },
  GetComputerNameExW: {
    parameters: [/* NameType */ int, /* lpBuffer */ buf, /* nSize */ buf],
    result: int,
  },
  GetCurrentProcessId: { parameters: [], result: DWORD },
  GetHandleInformation: {
    parameters: [/* hObject */ HANDLE, /* lpdwFlags */ buf],
    result: int,
  },
  SetHandleInformation: {
    parameters: [/* hObject */ HANDLE, /* dwMask */ DWORD, /* dwFlags */ DWORD],
    result: int,
  },
  Sleep: { parameters: [/* dwMilliseconds */ DWORD], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;
