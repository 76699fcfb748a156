/** The documentation line of each constant. */

import { descriptions } from "./descriptions.ts";
import { errors } from "./errors.ts";
import { platformsOf } from "./names.ts";
import { describeByPrefix } from "./prefixes.ts";

/** Where a constant exists, in words. */
function availability(name: string): string {
  const platforms = platformsOf(name);
  return platforms.length === 0
    ? "Missing on every platform of this library."
    : `${platforms.join(", ")}.`;
}

/** What a public constant means and where it exists. */
export function describe(name: string): string {
  const sentence = descriptions[name] ??
    descriptions[name.replace(/^PF_/, "AF_")] ?? describeByPrefix(name);
  return `${sentence} ${availability(name)}`;
}

/** What an error number means and where it exists. */
export function describeErrno(name: string): string {
  const sentence = errors[name] ?? errors[name.replace(/^WSA/, "")] ??
    "Of quality of service.";
  return `${sentence} ${availability(name)}`;
}
