/** The constants, structs and fields of the tables, against macOS's headers. */

import {
  constantDisagreements,
  constantExpressions,
  layoutDisagreements,
  layoutExpressions,
} from "../../../constants/generator/check.ts";
import { evaluate } from "../../../constants/generator/compiler.ts";
import {
  type ReferenceLayout,
  referenceLayout,
  type ReferenceStruct,
} from "../../../constants/generator/reference.ts";
import { tables as constants } from "../../../constants/tables.ts";
import { layouts } from "../../../ffi/layout/all.ts";
import type { Field } from "../../../ffi/layout/mod.ts";
import type { Compiler } from "./compiler.ts";

const xnu = (header: string): string =>
  `<${header}> of xnu-11417.101.15, which the compiler does not bring along`;

/** What the headers at hand do not define, and where the values come from instead. */
const elsewhere: readonly (readonly [asked: RegExp, source: string])[] = [
  [/^(AF_SYS_CONTROL|SYSPROTO_\w+)$/, xnu("sys/sys_domain.h")],
  [/^ETHERTYPE_\w+$/, xnu("net/ethernet.h")],
  [
    /^(ICMP6_ECHO|NI_(NODEADDR|QTYPE|SUPTYPE|FQDN))_\w+$/,
    xnu("netinet/icmp6.h"),
  ],
  [/^UTUN_\w+$/, xnu("net/if_utun.h")],
  [/^(VMADDR_\w+|IOCTL_VM_SOCKETS_GET_LOCAL_CID)$/, xnu("sys/vsock.h")],
  [/struct sockaddr_vm\b/, xnu("sys/vsock.h")],
  [/struct sockaddr_sys\b/, xnu("sys/sys_domain.h")],
  [
    /^SO_(BINDTODEVICE|TRACKER_\w+)$/,
    "the private headers of xnu-11417.101.15",
  ],
  [/^ENOTCAPABLE$/, "<sys/errno.h> of a newer SDK"],
  [/^SOL_(IP|TCP|UDP)$/, "CPython, which defines them where no header does"],
];

/** The layout of the tables in the form of the reference, which knows the structs' names in C. */
function asReference(): ReferenceLayout {
  const { cmsg, types, ...structs } = layouts.darwin;
  const named = referenceLayout("darwin").structs;
  return {
    cmsg,
    types,
    structs: Object.fromEntries(
      Object.entries(structs).map(([name, { size, ...fields }]) => {
        const places = Object.entries(fields as Record<string, Field>).map((
          [field, { at, size }],
        ) => [field, { offset: at, size }]);
        const struct: ReferenceStruct = {
          size,
          c_name: named[name].c_name,
          fields: Object.fromEntries(places),
        };
        return [name, struct];
      }),
    ),
  };
}

/** What the headers say otherwise than the tables, and what they do not say at all. */
export async function tables({ toolchain }: Compiler): Promise<string[]> {
  const values = constants.darwin.constants;
  const layout = asReference();
  const expected = layoutExpressions("darwin", layout);
  const names = constantExpressions(values);
  const expressions = [...expected.keys()];
  const all = [...names, ...expressions];
  const answers = await evaluate(toolchain, all);
  const confirmed = (asked: readonly string[], what: string): string => {
    const count = asked.filter((one) => answers.has(one)).length;
    return `${count} of ${asked.length} ${what}`;
  };
  const places = expressions.filter((one) => one.startsWith("__builtin"));
  const sizes = expressions.filter((one) => one.startsWith("sizeof"));
  console.log(
    `  as the headers have them: ${confirmed(names, "constants")}, ${
      confirmed(sizes, "sizes")
    } and ${confirmed(places, "offsets")} in ${
      Object.keys(layout.structs).length
    } structs`,
  );
  const silent = all.filter((one) => !answers.has(one));
  for (const [pattern, source] of elsewhere) {
    const count = silent.filter((one) => pattern.test(one)).length;
    console.log(`  ${count} from ${source}: ${pattern.source}`);
  }
  return [
    ...silent.filter((one) => !elsewhere.some(([known]) => known.test(one)))
      .map((one) => `the headers do not say what ${one} is`),
    ...elsewhere.filter(([known]) => !silent.some((one) => known.test(one)))
      .map(([known]) => `${known} names nothing that is unconfirmed`),
    ...constantDisagreements("darwin", values, answers),
    ...layoutDisagreements(expected, answers),
  ];
}
