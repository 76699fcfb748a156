/** The names of classes. */

/**
 * Sets the names of classes. A bundler that minifies renames classes, but not the properties of the
 * object passed here, so that errors and `console.log` show the same names in every program.
 *
 * @param classes the classes, by name
 */
export function nameClasses(classes: Record<string, NewableFunction>): void {
  for (const [value, of] of Object.entries(classes)) {
    Object.defineProperty(of, "name", { value, configurable: true });
  }
}
