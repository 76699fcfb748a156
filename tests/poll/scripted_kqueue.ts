/** A `kqueue` that only records, to check the bytes that the poller writes and reads. */

import type { KnownPlatform } from "../../constants/platform.ts";
import { tables } from "../../constants/tables.ts";
import { layouts } from "../../ffi/layout/all.ts";
import type { Layout } from "../../ffi/layout/mod.ts";
import type { KqueueSystem } from "../../poll/kqueue.ts";

/** A kqueue that records its changes and returns prepared events. */
export class ScriptedKqueue implements KqueueSystem {
  readonly layout: Layout;
  readonly constants: Readonly<Record<string, number>>;
  /** The changes of each call. */
  readonly told: string[] = [];
  /** The events that the next calls return, as bytes. */
  readonly answers: string[] = [];
  /** The timeout of the last call. */
  timeout: string | null = null;

  constructor(platform: KnownPlatform) {
    this.layout = layouts[platform];
    this.constants = tables[platform].constants;
  }

  readonly kqueue = (): number => 1000;
  readonly close = (): number => 0;
  readonly kevent: KqueueSystem["kevent"] = (
    _kq,
    changes,
    count,
    events,
    _room,
    timeout,
  ) => {
    const { size } = this.layout.kevent;
    if (count > 0) this.told.push(changes!.subarray(0, count * size).toHex());
    this.timeout = timeout?.toHex() ?? null;
    const answer = Uint8Array.fromHex(this.answers.shift() ?? "");
    events!.set(answer);
    return answer.length / size;
  };
  readonly kevent_async: KqueueSystem["kevent_async"] = (...call) =>
    Promise.resolve(this.kevent(...call));
}
