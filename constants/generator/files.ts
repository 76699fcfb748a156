/** The generated files. */

import type { KnownPlatform } from "../platform.ts";
import {
  emitLayout,
  emitLists,
  emitListTypes,
  emitNames,
  emitNameTypes,
  emitTable,
} from "./emit.ts";
import { constantsFile, platforms } from "./reference.ts";
import { factsOf } from "./values.ts";

/** A file to write. */
export interface GeneratedFile {
  /** The path from the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The files of a platform. */
export interface GeneratedPlatform {
  readonly platform: KnownPlatform;
  readonly files: readonly GeneratedFile[];
  /** How many facts a compiler confirmed; 0 without a compiler. */
  readonly confirmed: number;
}

/** The constants and the layout of one platform. Both Linux platforms share a file of constants. */
export async function generatePlatform(
  platform: KnownPlatform,
  source: "compiler" | "reference",
): Promise<GeneratedPlatform> {
  const { constants, layout, confirmed } = await factsOf(platform, source);
  const files = [
    {
      path: `constants/generated/${constantsFile(platform)}.json`,
      text: emitTable(platform, constants),
    },
    {
      path: `ffi/layout/generated/${platform}.json`,
      text: emitLayout(layout),
    },
  ];
  return { platform, files, confirmed };
}

/** The files that are made of the names of all platforms together. */
export function generateNames(): GeneratedFile[] {
  return [
    { path: "constants/generated/names.js", text: emitNames() },
    { path: "constants/generated/names.d.ts", text: emitNameTypes() },
    { path: "constants/generated/lists.js", text: emitLists() },
    { path: "constants/generated/lists.d.ts", text: emitListTypes() },
  ];
}

/** The files of every platform, confirmed by a compiler where there is one. */
export function generatePlatforms(): Promise<GeneratedPlatform[]> {
  return Promise.all(
    platforms.map((platform) => generatePlatform(platform, "compiler")),
  );
}
