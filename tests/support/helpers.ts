/** Former names of helpers, until tests/examples/ has the new ones. */

import { needs } from "./requires.ts";

export { text, utf8 } from "./bytes.ts";
export { beside, temporaryFolder } from "./files.ts";
export { Peer, python } from "./peer.ts";

const missing = (
  { what, isMet }: { what: string; isMet: boolean },
): string | undefined => isMet ? undefined : what;

export const noPython: string | undefined = missing(needs.python);
export const noIPv6: string | undefined = missing(needs.ipv6);
export const noPosix: string | undefined = missing(needs.posix);
export const noUnix: string | undefined = missing(needs.unix);
export const notLinux: string | undefined = missing(needs.linux);

/** The name and options of a test, of the reasons to skip it. */
export function needing(
  name: string,
  ...reasons: (string | undefined)[]
): { name: string; ignore: boolean } {
  const found = reasons.filter((reason) => reason !== undefined);
  return found.length === 0
    ? { name, ignore: false }
    : { name: `${name} (needs ${found.join(" and ")})`, ignore: true };
}
