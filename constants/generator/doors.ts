/**
 * The constants that have a door of their own, so that a program that does not import it pays
 * nothing for them. All are Linux's.
 */

import { type KnownPlatform, platform as host } from "../platform.ts";
import { constantDisagreements } from "./check.ts";
import { evaluate, isInstalled } from "./compiler.ts";
import { emitDoor, emitDoorTypes } from "./emit.ts";
import type { GeneratedFile } from "./files.ts";
import { doorValues } from "./reference.ts";
import { doorHeaders, type DoorName, toolchainFor } from "./toolchains.ts";

/** Their names. */
export const doorNames: readonly DoorName[] = ["netlink", "linux"];

/** The files of a door. */
export interface GeneratedDoor {
  readonly door: DoorName;
  readonly files: readonly GeneratedFile[];
  /** How many values a compiler confirmed; 0 without a compiler. */
  readonly confirmed: number;
}

/** The platforms whose compilers are asked. */
const platforms: readonly KnownPlatform[] = ["linux_x86_64", "linux_aarch64"];

/** How many values a platform's compiler confirms. */
async function confirm(
  door: DoorName,
  platform: KnownPlatform,
): Promise<number> {
  const values = doorValues(door);
  const toolchain = toolchainFor(platform, host);
  if (!toolchain || !await isInstalled(toolchain)) return 0;
  const answers = await evaluate(
    { ...toolchain, units: doorHeaders[door] },
    Object.keys(values),
  );
  const disagreements = constantDisagreements(platform, values, answers);
  if (disagreements.length > 0) {
    throw new Error(`On ${platform}:\n${disagreements.join("\n")}`);
  }
  return answers.size;
}

/** Makes the files of a door. `"reference"` asks no compiler even if one is installed. */
export async function generateDoor(
  door: DoorName,
  source: "compiler" | "reference",
): Promise<GeneratedDoor> {
  const values = doorValues(door);
  let confirmed = 0;
  if (source === "compiler") {
    for (const platform of platforms) {
      confirmed += await confirm(door, platform);
    }
  }
  const path = `constants/generated/door_${door}`;
  const files = [
    { path: `${path}.js`, text: emitDoor(door, values) },
    { path: `${path}.d.ts`, text: emitDoorTypes(door, values) },
  ];
  return { door, files, confirmed };
}
