/** The documentation of the constants and the error numbers. */

import { descriptions } from "./descriptions.ts";
import { errors } from "./errors.ts";
import { systemsOf } from "./names.ts";
import { describeByPrefix } from "./prefixes.ts";

/** Which systems have a constant, in words. */
function availability(name: string): string {
  const systems = systemsOf(name);
  return systems.length === 0
    ? "Missing on every platform of this library."
    : `${systems.join(", ")}.`;
}

/** The documentation of a public constant: what it means and which systems have it. */
export function describe(name: string): string {
  const sentence = descriptions[name] ??
    descriptions[name.replace(/^PF_/, "AF_")] ?? describeByPrefix(name);
  return `${sentence} ${availability(name)}`;
}

/** The documentation of a constant with a door of its own: what it means. */
export function describeDoorConstant(name: string): string {
  return `${descriptions[name] ?? describeByPrefix(name)} Linux.`;
}

/** The documentation of an error number: what it means and which systems have it. */
export function describeErrno(name: string): string {
  const sentence = errors[name] ?? errors[name.replace(/^WSA/, "")] ??
    "Quality of service error.";
  return `${sentence} ${availability(name)}`;
}
