/** Compares the reference with what a compiler says. */

import type { KnownPlatform } from "../platform.ts";
import type { Answers } from "./compiler.ts";
import {
  type ReferenceLayout,
  type ReferenceStruct,
  runtimeErrno,
  type Values,
} from "./reference.ts";

/** Constants that grow with the version of a header. The reference's value stays. */
const growing: ReadonlySet<string> = new Set([
  "ELAST",
  "EVFILT_SYSCOUNT",
  "EVFILT_THREADMARKER",
  "IPPROTO_MAX",
  "SOF_TIMESTAMPING_LAST",
  "SOF_TIMESTAMPING_MASK",
]);

/** Structs to which newer systems append fields. */
const growingStructs: ReadonlySet<string> = new Set([
  "tcp_connection_info",
  "tcp_info",
]);

/** The headers' values of constants for which the reference rightly has another value. */
const explained: Partial<Record<KnownPlatform, Values>> = {
  windows: {
    // Under these names, too, Python shows Winsock's numbers.
    ...runtimeErrno,
    // MinGW's value. Python is built with the SDK, which makes it an alias of EAI_NONAME.
    EAI_NODATA: 11004,
  },
};

/** The C expression of a constant: its name, except where Python's name differs. */
function expressionOf(name: string): string {
  return name.replace(/^CAN_BCM_/, "");
}

/** The C expressions of constants. */
export function constantExpressions(values: Values): string[] {
  return Object.keys(values).map(expressionOf);
}

/** The compiler's objections to the values, a line each. */
export function constantDisagreements(
  platform: KnownPlatform,
  values: Values,
  answers: Answers,
): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const answer = answers.get(expressionOf(name));
    const agrees = answer === undefined || answer === value ||
      growing.has(name) || answer === explained[platform]?.[name];
    return agrees
      ? []
      : [`${name} is ${value} in the reference, ${answer} in the headers`];
  });
}

/** The C type that a struct of the reference describes. */
function typeOf(name: string, struct: ReferenceStruct): string {
  return struct.c_name ??
    (/_t$|^fd_set$/.test(name) ? name : `struct ${name}`);
}

/** The C expressions of a layout, and their expected values. */
export function layoutExpressions(
  platform: KnownPlatform,
  { structs, types, cmsg }: ReferenceLayout,
): Map<string, number> {
  const expected = new Map<string, number>();
  for (const [name, struct] of Object.entries(structs)) {
    const type = typeOf(name, struct);
    if (!growingStructs.has(name)) {
      expected.set(`sizeof(${type})`, struct.size);
    }
    for (
      const [field, { offset, size }] of Object.entries(struct.fields ?? {})
    ) {
      if (offset === undefined) continue;
      expected.set(`__builtin_offsetof(${type}, ${field})`, offset);
      // C has no size for a flexible array.
      if (size) expected.set(`sizeof(((${type} *)0)->${field})`, size);
    }
  }
  for (const [type, size] of Object.entries(types)) {
    expected.set(`sizeof(${type})`, size);
  }
  const prefix = platform === "windows" ? "WSA_CMSG" : "CMSG";
  expected.set(`${prefix}_LEN(0)`, cmsg.header);
  expected.set(`${prefix}_SPACE(1) - ${prefix}_LEN(0)`, cmsg.align);
  return expected;
}

/** The compiler's objections to a layout, a line each. */
export function layoutDisagreements(
  expected: ReadonlyMap<string, number>,
  answers: Answers,
): string[] {
  return [...expected].flatMap(([expression, value]) => {
    const answer = answers.get(expression);
    return answer === undefined || answer === value ? [] : [
      `${expression} is ${value} in the reference, ${answer} in the headers`,
    ];
  });
}
