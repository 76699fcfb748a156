/** `iphlpapi.dll`: network interfaces. */

import { address, buf, int, size_t } from "../c.ts";
import { net_if } from "../net_if.ts";

const { if_indextoname, if_nametoindex } = net_if;

/** The declarations of `iphlpapi.dll`. */
export const iphlpapi = {
  if_indextoname,
  if_nametoindex,
  GetIfTable2Ex: {
    parameters: [int, /* Level */ buf /* Table */],
    result: "u32",
  },
  FreeMibTable: { parameters: [address /* Memory */], result: "void" },
  ConvertInterfaceLuidToNameW: {
    parameters: [
      buf, /* InterfaceLuid */
      buf, /* InterfaceName */
      size_t, /* Length */
    ],
    result: "u32",
  },
} as const satisfies Deno.ForeignLibraryInterface;
