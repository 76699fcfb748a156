/** TLS by `node:tls` over awaiting sockets. */

import type { Socket as NodeSocket } from "node:net";
import { Duplex } from "node:stream";
import * as tls from "node:tls";
import type { Address, AsyncSocket } from "../../async.ts";

/** A socket as a Node stream: ending it ends sending, destroying it closes the socket. */
function duplex(socket: AsyncSocket<Address>): NodeSocket {
  const stream = new Duplex({
    read(size) {
      socket.recv(size).then(
        (data) => this.push(data.length === 0 ? null : data),
        (error) => this.destroy(error),
      );
    },
    write(chunk, _encoding, callback) {
      socket.sendall(chunk).then(() => callback(), callback);
    },
    final(callback) {
      socket.closeWrite().then(() => callback(), callback);
    },
    destroy(error, callback) {
      socket.close();
      callback(error);
    },
  });
  // The types ask for a Node socket, but node:tls takes any duplex stream.
  return stream as unknown as NodeSocket;
}

/** The server side of TLS over an accepted connection. */
export function tlsServer(
  socket: AsyncSocket<Address>,
  options: { cert: string; key: string },
): tls.TLSSocket {
  return new tls.TLSSocket(duplex(socket), { isServer: true, ...options });
}

/** The client side of TLS over a connection. */
export function tlsClient(
  socket: AsyncSocket<Address>,
  options: { ca: string; servername: string },
): tls.TLSSocket {
  return tls.connect({ socket: duplex(socket), ...options });
}
