/** Asks the server answering.ts at each of its addresses; prints from where it is answered. */

import * as socket from "../../mod.ts";

for (const host of Deno.args) {
  const family = host.includes(":") ? socket.AF_INET6 : socket.AF_INET;
  using client = new socket.Socket<socket.InetAddress>(
    family as never,
    socket.SOCK_DGRAM,
  );
  client.settimeout(20);
  client.sendto(new TextEncoder().encode("x"), [host, 7000]);
  const [answer, [from]] = client.recvfrom(100);
  console.log(`${from}: ${new TextDecoder().decode(answer)}`);
}
