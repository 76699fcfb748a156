/** Looks names up while no descriptor is left. Prints what each function throws, as JSON. */

import * as awaiting from "../../../async.ts";
import * as blocking from "../../../mod.ts";
import { openSignals } from "./support.ts";

const { AF_INET, NI_NAMEREQD, SOCK_STREAM } = blocking;
const both = ["getaddrinfo", "gethostbyname", "gethostbyname_ex"] as const;

const calls: Record<string, () => unknown> = {
  getservbyname: () => blocking.getservbyname("http"),
  getservbyport: () => blocking.getservbyport(80),
  getprotobyname: () => blocking.getprotobyname("tcp"),
  if_nametoindex: () => blocking.if_nametoindex("lo"),
};
if (blocking.has_dualstack_ipv6()) {
  calls.has_dualstack_ipv6 = () => blocking.has_dualstack_ipv6();
}
for (const [way, socket] of Object.entries({ blocking, awaiting })) {
  for (const name of both) {
    for (const host of ["localhost", "no-such-host.invalid"]) {
      calls[`${way} ${name} of ${host}`] = () =>
        name === "getaddrinfo"
          ? socket.getaddrinfo(host, 80, AF_INET, SOCK_STREAM)
          : socket[name](host);
    }
  }
  calls[`${way} getaddrinfo of a service`] = () =>
    socket.getaddrinfo("127.0.0.1", "http", AF_INET, SOCK_STREAM);
  calls[`${way} gethostbyaddr`] = () => socket.gethostbyaddr("127.0.0.1");
  calls[`${way} getnameinfo`] = () =>
    socket.getnameinfo(["127.0.0.1", 80], NI_NAMEREQD);
}

async function codes(
  prepare?: () => void,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls)) {
    prepare?.();
    try {
      await call();
      found[name] = "found";
    } catch (error) {
      found[name] = String((error as { code?: string }).code);
    }
  }
  return found;
}

openSignals();
// The C library and the reactor open descriptors that stay.
await codes();
using socket = new blocking.Socket();
const taken: number[] = [];
/** Takes all descriptors that there are: other threads may have closed some since the last time. */
function take(): void {
  try {
    for (;;) taken.push(blocking.dup(socket.fileno()));
  } catch (error) {
    if ((error as { code: string }).code !== "EMFILE") throw error;
  }
}
const without = await codes(take);
taken.forEach(blocking.close);
const after = await codes();
console.log(JSON.stringify([without, after]));
