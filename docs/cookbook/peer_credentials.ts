/**
 * Who the peer is: the process and the user at the other end of a Unix socket. The kernel vouches
 * for them, so no password is needed between programs of one machine. Linux; macOS and FreeBSD have
 * `LOCAL_PEERCRED` instead.
 *
 *     deno run --allow-ffi docs/cookbook/peer_credentials.ts
 */

import * as socket from "@libc/socket";

/** The peer when it connected, or when it made the pair. */
function peerOf(connection: socket.Socket<socket.Address>): socket.Credentials {
  const { SOL_SOCKET, SO_PEERCRED } = socket;
  return socket.decodeCredentials(
    connection.getsockopt(SOL_SOCKET, SO_PEERCRED, 12),
  );
}

/** Our own user id: we are both ends of a pair. */
function ownUid(): number {
  const [a, b] = socket.socketpair();
  using _a = a;
  using _b = b;
  return peerOf(a).uid;
}

// The empty path makes Linux choose a name that no file has. A path in a folder that only one user
// may enter would keep the others away too.
using listener = new socket.Socket(socket.AF_UNIX);
listener.bind("");
listener.listen();

using client = new socket.Socket(socket.AF_UNIX);
client.connect(listener.getsockname());

const [connection] = listener.accept();
using _connection = connection;
const { pid, uid } = peerOf(connection);
// A process id may be another's by now: decide by the user, and use the id for the log.
console.log(uid === ownUid() ? "one of ours" : "a stranger");
console.log(pid === Deno.pid ? "this very process" : `process ${pid}`);
