/**
 * Multicast DNS, which finds names without a server (RFC 6762): asks for the address of a name, or
 * answers such questions until Ctrl-C.
 *
 *     deno run --allow-ffi examples/mdns.ts [-i interface] query name.local
 *     deno run --allow-ffi examples/mdns.ts [-i interface] answer name.local address
 *
 * The interface is given by its name; otherwise the system chooses it. Several programs on a
 * machine may answer, the one of the system too.
 */

import {
  AF_INET,
  AsyncSocket,
  inet_aton,
  type InetAddress,
  joinGroup,
  OSError,
  setMulticast,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "@libc/socket/async";
import { options, usage } from "./support/arguments.ts";
import { A, ANY, decodeMessage, encodeMessage } from "./support/dns.ts";

const GROUP = "224.0.0.251";
const PORT = 5353;
const PATIENCE = 3000;

const fail = (): never =>
  usage("mdns.ts [-i interface] query name | answer name address");
const [{ interface: by }, [what, name = fail(), address, ...rest]] = options(
  { interface: "i" },
  fail,
);
if (rest.length > 0) fail();

/** Names do not differ by case. */
const isOurs = (other: string): boolean =>
  other.toLowerCase() === name.toLowerCase().replace(/\.$/, "");

function open(): AsyncSocket<InetAddress> {
  const socket = new AsyncSocket(AF_INET, SOCK_DGRAM);
  // 255, so that it is seen that no router passed it on.
  setMulticast(socket, { interface: by, ttl: 255 });
  return socket;
}

/** Asks from a port of its own, so that the answer comes to this program alone. */
async function query(): Promise<void> {
  using socket = open();
  const question = { name, type: A, unicast: true };
  const id = crypto.getRandomValues(new Uint16Array(1))[0];
  const message = { id, isResponse: false, questions: [question], answers: [] };
  await socket.sendto(encodeMessage(message), [GROUP, PORT]);
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    for (;;) {
      const [data, [host]] = await socket.recvfrom(9000, 0, { signal });
      const answer = decodeMessage(data);
      if (answer?.id !== id || !answer.isResponse) continue;
      const found = answer.answers.find((record) => isOurs(record.name));
      if (found === undefined) continue;
      console.log(`${found.name} is ${found.address}, says ${host}`);
      return;
    }
  } catch (error) {
    if (error !== signal.reason) throw error;
    console.error(`nobody knows ${name}`);
    Deno.exit(1);
  }
}

async function answer(address: string): Promise<void> {
  using socket = open();
  socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); // others answer on this machine, too
  socket.bind(["", PORT]);
  joinGroup(socket, GROUP, { interface: by });
  console.error(`Answering for ${name}`);
  for (;;) {
    const [data, peer] = await socket.recvfrom(9000);
    const asked = decodeMessage(data);
    if (asked === undefined || asked.isResponse) continue;
    const questions = asked.questions.filter(({ name, type }) =>
      isOurs(name) && (type === A || type === ANY)
    );
    if (questions.length === 0) continue;
    // Who asks from another port knows nothing of multicast: it gets a plain answer, which repeats
    // its question and may be kept for ten seconds only.
    const isPlain = peer[1] !== PORT;
    const record = { name, ttl: isPlain ? 10 : 120, address };
    const message = encodeMessage({
      id: isPlain ? asked.id : 0,
      isResponse: true,
      questions: isPlain ? questions : [],
      answers: [record],
    }, !isPlain);
    const alone = isPlain || questions.every(({ unicast }) => unicast);
    try {
      await socket.sendto(message, alone ? peer : [GROUP, PORT]);
      console.log(`told ${peer[0]}`);
    } catch (error) {
      if (!(error instanceof OSError)) throw error; // no route to a stranger is no reason to end
    }
  }
}

if (what === "query" && address === undefined) await query();
else if (what === "answer" && address !== undefined) {
  try {
    inet_aton(address);
  } catch {
    fail();
  }
  await answer(address);
} else fail();
