/** The generated files. */

import type { KnownPlatform } from "../platform.ts";
import {
  emitErrnoNames,
  emitLayout,
  emitMembers,
  emitNames,
  emitNameTypes,
  emitPythonNames,
  emitSameTable,
  emitTable,
} from "./emit.ts";
import { headerValues, platforms, type Values } from "./reference.ts";
import { factsOf } from "./values.ts";

/** A file to be written, by its path from the root of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** What was generated for a platform. */
export interface GeneratedPlatform {
  readonly platform: KnownPlatform;
  readonly files: readonly GeneratedFile[];
  /** How many of its facts a compiler confirmed; 0 without a compiler. */
  readonly confirmed: number;
}

function areEqual(one: Values, other: Values): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length &&
    names.every((name) => one[name] === other[name]);
}

/** The table and the layout of one platform. */
export async function generatePlatform(
  platform: KnownPlatform,
  source: "compiler" | "reference",
): Promise<GeneratedPlatform> {
  const { constants, layout, confirmed } = await factsOf(platform, source);
  // All of Linux's constants are the same on both processors.
  const isSame = platform === "linux_aarch64" &&
    areEqual(constants, headerValues("linux_x86_64"));
  const table = isSame
    ? emitSameTable(platform, "linux_x86_64")
    : emitTable(platform, constants);
  const files = [
    { path: `constants/generated/${platform}.ts`, text: table },
    {
      path: `ffi/layout/generated/${platform}.ts`,
      text: emitLayout(platform, layout),
    },
  ];
  return { platform, files, confirmed };
}

/** What is made of all platforms' names together. */
export function generateNames(): GeneratedFile[] {
  return [
    { path: "constants/generated/names.js", text: emitNames() },
    { path: "constants/generated/names.d.ts", text: emitNameTypes() },
    { path: "constants/generated/members.ts", text: emitMembers() },
    { path: "constants/generated/errno_names.ts", text: emitErrnoNames() },
    { path: "constants/generated/python_names.ts", text: emitPythonNames() },
  ];
}

/** What is generated for each platform. */
export function generatePlatforms(): Promise<GeneratedPlatform[]> {
  return Promise.all(
    platforms.map((platform) => generatePlatform(platform, "compiler")),
  );
}
