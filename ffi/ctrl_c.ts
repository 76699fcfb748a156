/**
 * Listening for Ctrl-C while the thread of the program is blocked. No listener of its own would run
 * then, and no C function that JavaScript can name does as a signal handler what is needed here. So
 * a Worker listens, and wakes the blocked thread by a descriptor that its waits include.
 *
 * The Worker is given as text, since a file of its own would need `--allow-read`. It imports
 * nothing, and is told which functions of the system to call.
 */

import { system } from "./libc.ts";

/**
 * What two threads share about interrupts, as the indices of a `Int32Array`. 1 if an interrupt has
 * come and was not thrown yet, else 0.
 */
export const PENDING = 0;
/** How many more interrupts may be thrown; what comes beyond ends the process. */
export const ARMED = 1;
/** What the Worker is doing. */
const STATUS = 2;
/** How many elements the array has. */
export const STATE_LENGTH = 3;

const LISTENING = 1;
const ENDED = 2;

const START_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 2_000;

const source = `
let interrupt;
onmessage = ({ data }) => {
  if (interrupt === undefined) listen(data);
  else setTimeout(ignore, 0, data); // signals that have arrived come first
};
function bound({ library, name, parameters, result, args }) {
  const { symbols } = Deno.dlopen(library, { [name]: { parameters, result } });
  return () => symbols[name](...args);
}
function report(state, status) {
  Atomics.store(state, ${STATUS}, status);
  Atomics.notify(state, ${STATUS});
}
function listen({ state, wake, end }) {
  const waking = bound(wake);
  const ending = end.map(bound);
  interrupt = () => {
    const isFirst = Atomics.sub(state, ${ARMED}, 1) > 0 &&
      Atomics.exchange(state, ${PENDING}, 1) === 0;
    if (isFirst) waking();
    else ending.forEach((call) => call());
  };
  Deno.addSignalListener("SIGINT", interrupt);
  report(state, ${LISTENING});
}
function ignore({ state }) {
  Deno.removeSignalListener("SIGINT", interrupt);
  report(state, ${ENDED});
}
`;

/** A Worker that listens for Ctrl-C. */
export class CtrlCListener {
  readonly #worker: Worker;
  readonly #state: Int32Array<SharedArrayBuffer>;

  /**
   * Starts it, and waits until it listens.
   *
   * @param fd a socket, into which a byte is sent at the first Ctrl-C
   * @param state `PENDING` and `ARMED`, which say what is the first
   */
  constructor(fd: number, state: Int32Array<SharedArrayBuffer>) {
    this.#state = state;
    Atomics.store(state, STATUS, 0);
    const text = `data:text/javascript,${encodeURIComponent(source)}`;
    this.#worker = new Worker(text, { type: "module", name: "Ctrl-C" });
    this.#worker.postMessage({
      state,
      wake: system.wakeCall(fd),
      end: system.endCalls(),
    });
    if (!this.#await(LISTENING, START_TIMEOUT_MS)) {
      this.#worker.terminate();
      throw new Error("the Worker that listens for Ctrl-C did not start");
    }
  }

  /** Ends it, and waits until Ctrl-C does again what it did before. */
  stop(): void {
    this.#worker.postMessage({ state: this.#state });
    this.#await(ENDED, END_TIMEOUT_MS);
    this.#worker.terminate();
  }

  #await(status: number, ms: number): boolean {
    const before = status - 1;
    Atomics.wait(this.#state, STATUS, before, ms);
    return Atomics.load(this.#state, STATUS) === status;
  }
}

/** Ends the process as Ctrl-C does where nobody listens. */
export function endByCtrlC(): void {
  for (
    const { library, name, parameters, result, args } of system.endCalls()
  ) {
    const { symbols } = Deno.dlopen(library, {
      [name]: { parameters, result },
    });
    (symbols[name] as (...args: unknown[]) => unknown)(...args);
  }
}
