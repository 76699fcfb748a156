/** A worker of prefork_server.ts. */

import {
  AF_INET,
  create_server,
  type InetAddress,
  OSError,
  Socket,
} from "@libc/socket";

/** How many seconds a client may keep a worker waiting. */
const PATIENCE = 10;

/** What a worker has to do. */
export interface Task {
  /** The worker's name. */
  name: string;
  /** The descriptor of a shared listener, or the address for a listener of its own. */
  listener: number | InetAddress;
}

const server = self as unknown as Worker; // the other end of the same messages

server.onmessage = ({ data: { name, listener } }: MessageEvent<Task>) => {
  using socket = typeof listener === "number"
    ? new Socket(AF_INET, null, null, listener)
    : create_server(listener, { reuse_port: true });
  server.postMessage("listening");
  for (;;) {
    const [connection, address] = socket.accept();
    using _ = connection;
    connection.settimeout(PATIENCE);
    console.log(`${name} serves ${address.join(":")}`);
    try {
      echo(connection);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      console.log(`${address.join(":")} left: ${error.strerror}`);
    }
  }
};

function echo(connection: Socket): void {
  for (;;) {
    const data = connection.recv(1024);
    if (data.length === 0) return;
    connection.sendall(data);
  }
}
