/** The constants of the doors of their own, which belong to Linux. */

import { missing } from "./table.ts";
import { os } from "./platform.ts";

/** Returns a constant of Linux; on other systems its stand-in, see `isMissing()`. */
export const onLinux: (name: string, value: number) => number = os === "linux"
  ? (_name, value) => value
  : missing;
