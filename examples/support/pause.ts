/** What a server on a selector does when it cannot accept. */

import type { Socket } from "../../mod.ts";
import type { BaseSelector } from "../../selectors.ts";

/**
 * Stops watching a listener for a second. At too many open files a listener stays ready, and
 * accepting fails again and again until a client leaves.
 */
export function pause<T>(
  selector: BaseSelector<T, Socket>,
  listener: Socket,
): void {
  const { events, data } = selector.unregister(listener);
  const timer = setTimeout(
    () => selector.register(listener, events, data),
    1000,
  );
  Deno.unrefTimer(timer); // it does not keep a program from ending
}
