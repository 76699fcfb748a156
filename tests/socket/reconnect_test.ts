/** Connecting a socket again after its connection was refused. */

import { assertEquals } from "@std/assert";
import { AsyncSocket, create_server, errno, Socket } from "../../async.ts";
import { type Address, AF_INET, AF_INET6, type Family } from "../../mod.ts";
import { deadAddress } from "../support/async.ts";
import { needs, requires } from "../support/requires.ts";

const { ECONNREFUSED } = errno;

/** What connecting gives: twice without a listener, then with one. */
async function outcomes(
  socket: Socket<Address> | AsyncSocket<Address>,
  host: string,
  family: Family<Address>,
): Promise<number[]> {
  const [, port] = deadAddress();
  const codes = [
    await socket.connect_ex([host, port]),
    await socket.connect_ex([host, port]),
  ];
  using _ = await create_server([host, port], { family });
  return [...codes, await socket.connect_ex([host, port])];
}

for (
  const [kind, make] of Object.entries({
    "a blocking socket": (family) => new Socket(family),
    "a socket with a timeout": (family) => {
      const socket = new Socket(family);
      socket.settimeout(20);
      return socket;
    },
    "an awaiting socket": (family) => new AsyncSocket(family),
    "an awaiting socket with a timeout": (family) => {
      const socket = new AsyncSocket(family);
      socket.settimeout(20);
      return socket;
    },
  } as Record<
    string,
    (family: Family<Address>) => Socket<Address> | AsyncSocket<Address>
  >)
) {
  for (
    const [family, host, need] of [
      [AF_INET, "127.0.0.1", false],
      [AF_INET6, "::1", needs.ipv6],
    ] as const
  ) {
    Deno.test({
      // Other systems may not let a socket connect again at all.
      ...requires(
        `${kind} is refused twice, and then connects: ${host}`,
        needs.linux,
        need,
      ),
      async fn() {
        using socket = make(family);
        assertEquals(await outcomes(socket, host, family), [
          ECONNREFUSED,
          ECONNREFUSED,
          0,
        ]);
      },
    });
  }
}
