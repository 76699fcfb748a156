/**
 * A timeout bounds one call; a deadline bounds a conversation. A peer that sends a byte now and
 * then never exceeds a timeout, so a server needs a deadline too.
 *
 *     deno run --allow-ffi docs/cookbook/timeouts.ts
 */

import * as socket from "@libc/socket";
import * as awaiting from "@libc/socket/async";

/**
 * Receives until the stream ends, for at most `seconds` in total. A blocking socket has no
 * deadline, so each call gets what is left of it as its timeout.
 */
function receiveUntil(
  from: socket.Socket<socket.Address>,
  seconds: number,
): number {
  const deadline = performance.now() + seconds * 1000;
  let received = 0;
  for (;;) {
    const left = (deadline - performance.now()) / 1000;
    // 0 would not mean "at once": it makes the socket non-blocking.
    if (left <= 0) throw new socket.TimeoutError("timed out");
    from.settimeout(left);
    const data = from.recv(4096);
    if (data.length === 0) return received;
    received += data.length;
  }
}

/** The name of the error's class, and its message. */
const described = (error: Error): string =>
  `${error.constructor.name}: ${error.message}`;

{
  const [silent, receiver] = socket.socketpair();
  using _silent = silent;
  using _receiver = receiver;
  try {
    receiveUntil(receiver, 0.05);
  } catch (error) {
    if (!(error instanceof socket.TimeoutError)) throw error;
    console.log("blocking, a deadline:", described(error));
  }
}

const [slow, receiver] = await awaiting.socketpair();
using _slow = slow;
using _receiver = receiver;

receiver.settimeout(0.05);
try {
  await receiver.recv(4096);
} catch (error) {
  if (!(error instanceof socket.TimeoutError)) throw error;
  console.log("awaiting, a timeout:", described(error));
}

// This peer sends a byte every 5 ms, so no call takes as long as the timeout.
receiver.settimeout(30);
const dripping = setInterval(() => slow.send(new Uint8Array(1)), 5);
const signal = AbortSignal.timeout(100);
try {
  for (;;) {
    const data = await receiver.recv(4096, { signal });
    if (data.length === 0) break;
  }
} catch (error) {
  // The signal's reason: a DOMException, not the TimeoutError of sockets.
  if (error !== signal.reason) throw error;
  console.log("awaiting, a deadline:", described(signal.reason));
}
clearInterval(dripping);
