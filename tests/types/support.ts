/** For the small type tests: what a type must be. */

export type { IsExact } from "@std/testing/types";

/** Compiles only with `true`. The package that stands for JSR's `@std/testing` has only types. */
export function assertType<T extends true>(expectTrue: T): void {
  void expectTrue;
}
