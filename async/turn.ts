/** Turns of the event loop. */

// `setImmediate` and `setTimeout` are Node's in Deno, which loads them at their first use: 4 ms,
// as long as a short program needs for all its turns. A message costs more for each turn.
let messages = 16;

/** Calls a function once timers and other work have had their turn. */
export function atNextTurn(callback: () => void): void {
  if (messages === 0) {
    setImmediate(callback);
    return;
  }
  messages--;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close(); // an open one keeps the process alive
    port2.close();
    callback();
  };
  port2.postMessage(null);
}

/** Resolves once timers and other work have had their turn. */
export function nextTurn(): Promise<void> {
  return new Promise(atNextTurn);
}
