/** `iphlpapi.dll`: network interfaces. */

import { address, buf, int, net_if, size_t } from "../declarations.ts";

const { if_indextoname, if_nametoindex } = net_if;

/** The declarations of `iphlpapi.dll`. */
export const iphlpapi = {
  if_indextoname,
  if_nametoindex,
  GetIfTable2Ex: {
    parameters: [/* Level */ int, /* Table */ buf],
    result: "u32",
  },
  FreeMibTable: { parameters: [/* Memory */ address], result: "void" },
  ConvertInterfaceLuidToNameW: {
    parameters: [
      /* InterfaceLuid */ buf,
      /* InterfaceName */ buf,
      /* Length */ size_t,
    ],
    result: "u32",
  },
} as const satisfies Deno.ForeignLibraryInterface;
