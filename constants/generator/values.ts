/** A platform's facts: the reference, checked by a compiler if one is installed. */

import { type KnownPlatform, platform as host } from "../platform.ts";
import {
  constantDisagreements,
  constantExpressions,
  layoutDisagreements,
  layoutExpressions,
} from "./check.ts";
import { evaluate, isInstalled } from "./compiler.ts";
import {
  headerValues,
  type ReferenceLayout,
  referenceLayout,
  signedOnWindows,
  type Values,
} from "./reference.ts";
import { toolchainFor } from "./toolchains.ts";

/** The facts from which a platform's files are generated. */
export interface Facts {
  /** The constants of the table: the headers' values with Python's signs. */
  readonly constants: Values;
  /** The structs. */
  readonly layout: ReferenceLayout;
  /** How many facts a compiler confirmed; 0 without a compiler. */
  readonly confirmed: number;
}

/**
 * The facts about a platform. They are the same with and without a compiler: if its headers
 * disagree with the reference, and not for a known reason, that is an error. `"reference"` asks no
 * compiler even if one is installed.
 */
export async function factsOf(
  platform: KnownPlatform,
  source: "compiler" | "reference",
): Promise<Facts> {
  const values = headerValues(platform);
  const layout = referenceLayout(platform);
  const constants = platform === "windows"
    ? { ...values, ...signedOnWindows }
    : values;
  const toolchain = toolchainFor(platform, host);
  if (
    source === "reference" || !toolchain || !await isInstalled(toolchain)
  ) {
    return { constants, layout, confirmed: 0 };
  }
  const expected = layoutExpressions(platform, layout);
  const answers = await evaluate(toolchain, [
    ...constantExpressions(values),
    ...expected.keys(),
  ]);
  const disagreements = [
    ...constantDisagreements(platform, values, answers),
    ...layoutDisagreements(expected, answers),
  ];
  if (disagreements.length > 0) {
    throw new Error(`On ${platform}:\n${disagreements.join("\n")}`);
  }
  return { constants, layout, confirmed: answers.size };
}
