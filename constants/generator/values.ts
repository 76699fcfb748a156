/** A platform's facts: the reference, checked by a compiler where one is. */

import { type KnownPlatform, platform as host } from "../platform.ts";
import {
  constantDisagreements,
  constantExpressions,
  layoutDisagreements,
  layoutExpressions,
} from "./check.ts";
import { evaluate, isAtHand } from "./compiler.ts";
import {
  headerValues,
  type ReferenceLayout,
  referenceLayout,
  signedOnWindows,
  type Values,
} from "./reference.ts";
import { toolchainFor } from "./toolchains.ts";

/** What a platform's files are made of. */
export interface Facts {
  /** The constants as the table shows them: the headers' with Python's signs. */
  readonly constants: Values;
  /** The structs. */
  readonly layout: ReferenceLayout;
  /** How many of these facts a compiler confirmed; 0 without a compiler. */
  readonly confirmed: number;
}

/**
 * The facts about a platform. They are the same with a compiler and without: a
 * compiler whose headers say something else, and not for a known reason, is an
 * error. `"reference"` asks no compiler even where there is one.
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
    source === "reference" || !toolchain || !await isAtHand(toolchain)
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
