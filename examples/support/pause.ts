/** What a server on a selector does when it cannot accept. */

import type { Socket } from "@libc/socket";
import { type BaseSelector, EVENT_READ } from "@libc/socket/selectors";

const PAUSE_MS = 1000;

/**
 * Listeners that are not watched for a second. At too many open files a listener stays ready, and
 * accepting fails again and again until a client leaves.
 */
export class Pauses<T> {
  readonly #selector: BaseSelector<T, Socket>;
  readonly #paused = new Map<Socket, { until: number; data: T }>();

  constructor(selector: BaseSelector<T, Socket>) {
    this.#selector = selector;
  }

  /** Stops watching a listener. */
  begin(listener: Socket): void {
    const { data } = this.#selector.unregister(listener);
    this.#paused.set(listener, { until: Date.now() + PAUSE_MS, data });
  }

  /** Watches those that have paused, and returns the seconds until the next one has. */
  timeout(): number | null {
    let next = Infinity;
    for (const [listener, { until, data }] of this.#paused) {
      if (until <= Date.now()) {
        this.#selector.register(listener, EVENT_READ, data);
        this.#paused.delete(listener);
      } else next = Math.min(next, until);
    }
    return next === Infinity ? null : (next - Date.now()) / 1000;
  }
}
