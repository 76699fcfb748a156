/** Receiving until a deadline, however much arrives that is not what one waits for. */

import { type Address, type Socket, TimeoutError } from "@libc/socket";

/**
 * Calls a function that receives from a socket again and again until a deadline, and yields what it
 * returns.
 *
 * @param socket the socket, whose timeout this sets
 * @param deadline the deadline, as `performance.now()` counts
 * @param receive the function
 */
export function* receiveUntil<A extends Address, T>(
  socket: Socket<A>,
  deadline: number,
  receive: (socket: Socket<A>) => T,
): Generator<T> {
  for (let left; (left = deadline - performance.now()) > 0;) {
    socket.settimeout(left / 1000);
    let received: T;
    try {
      received = receive(socket);
    } catch (error) {
      if (error instanceof TimeoutError) return;
      throw error;
    }
    yield received;
  }
}
