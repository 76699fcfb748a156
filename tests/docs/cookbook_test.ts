/** The recipes of docs/cookbook.md, run by the commands at their heads. */

import { assertEquals, assertMatch } from "@std/assert";
import { Namespaces, namespaces } from "../examples/namespaces.ts";
import { beside } from "../support/files.ts";
import { Peer } from "../support/peer.ts";
import {
  canRun,
  type Need,
  need,
  needs,
  requires,
} from "../support/requires.ts";

/** What a recipe needs beside Deno, and what it prints. */
interface Recipe {
  readonly needs?: readonly Need[];
  /** Whether it reaches beyond loopback, or needs settings: it runs in a network of its own. */
  readonly network?: boolean;
  /** A parameter of the kernel, which is set in its namespace. */
  readonly sysctl?: readonly [name: string, value: string];
  readonly prints: string | RegExp;
}

const bash = need("bash", canRun("bash"));
const openssl = need("openssl", canRun("openssl", "version"));

const recipes: Record<string, Recipe> = {
  activation: {
    needs: [needs.posix, bash],
    prints: "served by instance 1\nserved by instance 2\n",
  },
  before_connecting: {
    needs: [needs.linux],
    prints: "start 127.0.0.1 \n" +
      "success 127.0.0.1 \n" +
      "class of traffic: 46\n" +
      "start 127.0.0.1 \n" +
      "failure 127.0.0.1 ECONNREFUSED\n" +
      "Connection refused\n",
  },
  bind_to_device: {
    needs: [needs.attribute("SO_BINDTODEVICE")],
    prints: "bound to lo\n",
  },
  capture: {
    needs: [needs.netRaw],
    network: true,
    prints: "on lo: b'this one'\n",
  },
  children: {
    needs: [needs.posix],
    prints: "hello from the child\nhello from the child\n",
  },
  dual_stack: {
    needs: [needs.ipv6],
    network: true,
    prints: "::ffff:127.0.0.1 is 127.0.0.1\n::1 is ::1\n",
  },
  framing: {
    prints: "without lengths: b'firstsecond'\n" +
      "with lengths: b'first'\n" +
      "with lengths: b'second'\n",
  },
  http: { needs: [needs.linux], prints: "200 you asked for /hello\n" },
  interfaces: {
    needs: [needs.linux],
    network: true,
    prints: new RegExp(
      "^1 lo: 127\\.0\\.0\\.1/8\n(1 lo: ::1/128\n)?" +
        "lo: MTU 65536, counts packets\n" +
        "127\\.0\\.0\\.1 by lo from 127\\.0\\.0\\.1\n" +
        "No such file or directory: Neighbour entry not found\n" +
        "no change for a while\n$",
    ),
  },
  keepalive: {
    prints: "{ idle: 60, interval: 10, count: 3 }\n90 s unconfirmed\n",
  },
  lines: { prints: "one\ntwo\n3 €\nfour\n" },
  multicast: {
    needs: [needs.linux],
    network: true,
    prints: "hello to 239.255.0.42 by lo\n",
  },
  peer_credentials: {
    needs: [needs.linux],
    prints: "one of ours\nthis very process\n",
  },
  ping: {
    needs: [needs.linux],
    network: true,
    sysctl: ["net.ipv4.ping_group_range", "0 2147483647"],
    prints: "127.0.0.1 answers request 1\n",
  },
  pktinfo: {
    needs: [needs.linux],
    network: true,
    prints: "asked 127.0.0.1, answered by 127.0.0.1\n" +
      "asked 127.0.0.2, answered by 127.0.0.2\n",
  },
  testing: { prints: /^ok \| 4 passed \| 0 failed/m },
  timeouts: {
    // The deadline may come between two calls.
    prints: new RegExp(
      "^blocking, a deadline: TimeoutError: timed out(: recv)?\n" +
        "awaiting, a timeout: TimeoutError: timed out: recv\n" +
        "awaiting, a deadline: DOMException: " +
        "The operation was aborted due to timeout\n$",
    ),
  },
  timestamps: {
    needs: [needs.linux],
    prints: "a timestamp: true\n" +
      "on its way for some time: true\n" +
      "it says hello\n",
  },
  tls: { needs: [openssl], prints: "protocol: TLSv1.3\nechoed: hello\n" },
  workers: { needs: [needs.posix], prints: "one\ntwo\n" },
};

/** The arguments of the command at a recipe's head, without those that may be left out. */
function command(name: string): string[] {
  const path = `docs/cookbook/${name}.ts`;
  const source = Deno.readTextFileSync(beside(`../${path}`));
  const line = source.match(/^ \* {5}deno (.*)$/m)?.[1] ?? "";
  const args = line.replaceAll(/ \[\w+\]/g, "").split(" ");
  assertEquals(args.pop(), path, "the command at the head names its file");
  return [...args, beside(`../${path}`)];
}

for (const [name, recipe] of Object.entries(recipes)) {
  const { needs = [], network = false, sysctl, prints } = recipe;
  Deno.test({
    ...requires(
      `the recipe ${name}.ts prints what it shows`,
      ...needs,
      network && namespaces,
    ),
    async fn() {
      const deno = [Deno.execPath(), ...command(name)];
      using namespace = network ? new Namespaces(1) : null;
      if (sysctl !== undefined) namespace!.sysctl(0, ...sysctl);
      const within = namespace === null
        ? []
        : ["ip", "netns", "exec", namespace.names[0]];
      const [program, ...args] = [...within, ...deno];
      await using running = Peer.start(program, args);
      const output = await running.rest();
      if (typeof prints === "string") assertEquals(output, prints);
      else assertMatch(output, prints);
    },
  });
}

Deno.test("docs/cookbook.md has all recipes, each of which is tested", () => {
  const files = [...Deno.readDirSync(beside("../docs/cookbook"))].map((
    { name },
  ) => name).sort();
  assertEquals(files, Object.keys(recipes).map((name) => `${name}.ts`).sort());
  const index = Deno.readTextFileSync(beside("../docs/cookbook.md"));
  const linked = index.matchAll(/\]\(cookbook\/(\w+\.ts)\)/g);
  assertEquals(new Set([...linked].map(([, file]) => file)), new Set(files));
});
