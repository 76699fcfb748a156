/** The categories that constants are listed under in the reference: one for each prefix. */

/** A prefix that fewer constants share has no category of its own. */
const least = 4;

/**
 * Returns the function that maps each of these names to its category: `Constants: SO_` for
 * `SO_KEEPALIVE`, and `Constants: other` for names with a rare prefix, or none.
 */
export function categorize(
  names: readonly string[],
): (name: string) => string {
  const prefixOf = (name: string) => /^[A-Z0-9]+_/.exec(name)?.[0] ?? "";
  const groups = Map.groupBy(names, prefixOf);
  return (name) => {
    const prefix = prefixOf(name);
    return prefix !== "" && (groups.get(prefix)?.length ?? 0) >= least
      ? `Constants: ${prefix}`
      : "Constants: other";
  };
}
