/**
 * Looks names up in a network whose only name server is this process. It answers some queries, or
 * none.
 */

import * as socket from "../../../async.ts";
import { turn } from "../../support/async.ts";
import { descriptorsTo } from "../../support/descriptors.ts";

const server = new socket.AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
server.bind(["127.0.0.1", 53]);

/** Answers each query for an IPv4 address with 192.0.2.1. */
async function serve(): Promise<void> {
  for (;;) {
    const [query, client] = await server.recvfrom(512);
    const end = query.indexOf(0, 12) + 5; // of the question: the name, the type, the class
    const isIPv4 = query[end - 3] === 1;
    const answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 1];
    const head = [0x81, 0x80, 0, 1, 0, isIPv4 ? 1 : 0, 0, 0, 0, 0];
    const reply = [
      ...query.subarray(0, 2),
      ...head,
      ...query.subarray(12, end),
      ...isIPv4 ? answer : [],
    ];
    await server.sendto(new Uint8Array(reply), client);
  }
}

const lookUp = (name: string, signal?: AbortSignal): Promise<unknown> =>
  socket.getaddrinfo(name, 80, socket.AF_INET, socket.SOCK_STREAM, 0, 0, {
    signal,
  }).then(([entry]) => entry[4][0], (error) => error);

/** Lookups that no server answers. */
const stuck = (count: number, signal?: AbortSignal): Promise<unknown>[] =>
  Array.from({ length: count }, (_, i) => lookUp(`h${i}.example.org`, signal));

const ways: Record<string, () => Promise<unknown>> = {
  async answered() {
    server.unref();
    serve();
    const names = Array.from({ length: 100 }, (_, i) => `h${i}.example.org`);
    const found = await Promise.all(names.map((name, i) => {
      if (i % 2 === 0) return lookUp(name);
      const aborting = new AbortController();
      setTimeout(() => aborting.abort("aborted"), i / 10);
      return lookUp(name, aborting.signal);
    }));
    const wrong = found.filter((one, i) =>
      one !== "192.0.2.1" && !(i % 2 === 1 && one === "aborted")
    );
    return wrong.length === 0 ? "all" : wrong[0];
  },

  async "known names"() {
    const aborting = new AbortController();
    const unknown = Promise.race(stuck(40, aborting.signal));
    await turn();
    const known = [
      socket.gethostbyname("localhost"),
      socket.getaddrinfo("Known", 80, 0, socket.SOCK_STREAM),
      socket.gethostbyaddr("192.0.2.7"),
      socket.getnameinfo(["192.0.2.7", 80], socket.NI_NUMERICSERV),
    ];
    const first = await Promise.race([unknown, Promise.all(known)]);
    aborting.abort();
    return JSON.stringify(first);
  },

  async aborted() {
    const aborting = new AbortController();
    const waiting = stuck(40, aborting.signal);
    await turn(100); // until they ask
    aborting.abort("aborted");
    return [...new Set(await Promise.all(waiting))];
  },

  async "aborted in the queue"() {
    const pipes = (): number =>
      descriptorsTo((target) => target.startsWith("pipe:")).length;
    const before = pipes();
    for (let i = 0; i < 5; i++) {
      const aborting = new AbortController();
      const waiting = stuck(20, aborting.signal);
      await turn(100);
      aborting.abort();
      await Promise.all(waiting);
    }
    // The end that each of 20 threads will close.
    const left = pipes() - before;
    return left <= 20 ? "clean" : `${left} descriptors`;
  },

  "the process is told to end"() {
    stuck(40);
    setTimeout(() => Deno.exit(), 100);
    return Promise.resolve("exit");
  },
};

console.log(String(await ways[Deno.args[0]]()));
