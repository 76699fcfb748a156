/**
 * What calls do on a bad network: timeouts are as set, no call outlives its deadline, and what
 * arrives is right. It runs in a namespace that `parts/network.ts` makes.
 *
 * Arguments: a seed, the seconds, the other end by a cable, the other end by a lossy relay.
 */

import { assert, assertEquals } from "@std/assert";
import * as async from "../../../async.ts";
import * as socket from "../../../mod.ts";
import { DefaultSelector, EVENT_READ } from "../../../selectors.ts";
import { isError } from "../model/world.ts";
import { Random } from "../support/random.ts";

const [seed, seconds, cable, relay] = Deno.args;
const random = new Random(Number(seed));
const { AF_INET, SOCK_DGRAM } = socket;

/** How late a call may end, in milliseconds. */
const LATE = 50;
/** How often a call that is late is tried again: this machine may have been busy. */
const TRIES = 4;

function ip(command: string): void {
  const { success, stderr } = new Deno.Command("ip", {
    args: command.split(" "),
  }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
}

type Call = (timeout: number) => unknown;

/** Checks that a call times out, and when. */
async function deadline(name: string, call: Call): Promise<void> {
  const timeout = 0.05 + random.number() * 0.3;
  const all: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const began = performance.now();
    let outcome: unknown = "returned";
    try {
      outcome = await call(timeout) ?? outcome;
    } catch (error) {
      outcome = error;
    }
    const took = performance.now() - began - timeout * 1000;
    if (outcome !== "empty" && !(outcome instanceof socket.TimeoutError)) {
      throw new Error(`${name}: no timeout`, { cause: outcome });
    }
    assert(took > -2, `${name} ended ${-took} ms too early`);
    if (took <= LATE) return;
    all.push(took);
  }
  throw new Error(`${name} ended late by ${all.map(Math.round)} ms`);
}

/** Makes a connection of either kind to a port of the other end. */
async function connect(host: string, port: number, awaiting: boolean) {
  const { create_connection } = awaiting ? async : socket;
  return await create_connection([host, port], 20) as
    | socket.Socket<socket.InetAddress>
    | async.AsyncSocket<socket.InetAddress>;
}

/** Every call that can wait, of a connection over which nothing comes or goes. */
async function timeouts(host: string): Promise<void> {
  for (const awaiting of [false, true]) {
    const kind = awaiting ? "awaiting" : "blocking";
    const one = await connect(host, 9, awaiting);
    using _ = one;
    const buffer = new Uint8Array(100);
    const calls: Record<string, () => unknown> = {
      recv: () => one.recv(10),
      recv_into: () => one.recv_into(buffer),
      recvfrom: () => one.recvfrom(10),
      recvmsg: () => one.recvmsg(10),
      recvmsg_into: () => one.recvmsg_into([buffer]),
      "recv of all": () => one.recv(10, socket.MSG_WAITALL),
    };
    if (one instanceof socket.Socket) {
      calls["makefile, read"] = () => one.makefile("rb").read(10);
      calls["splice"] = () => socket.splice(one, one, 10);
    }
    for (const [name, call] of Object.entries(calls)) {
      await deadline(`${kind} ${name}`, (timeout) => {
        one.settimeout(timeout);
        return call();
      });
    }
    // Nobody reads: once all buffers are full, sending waits.
    const much = new Uint8Array(20_000_000);
    one.settimeout(1);
    try {
      await one.sendall(much);
      throw new Error("there was room for 20 MB");
    } catch (error) {
      if (!(error instanceof socket.TimeoutError)) throw error;
    }
    await deadline(`${kind} sendall`, (timeout) => {
      one.settimeout(timeout);
      return one.sendall(much);
    });
  }
  using listener = socket.create_server(["127.0.0.1", 0]);
  await deadline("blocking accept", (timeout) => {
    listener.settimeout(timeout);
    return listener.accept();
  });
  using selector = new DefaultSelector();
  selector.register(listener, EVENT_READ);
  await deadline("select", (timeout) => {
    assertEquals(selector.select(timeout), []);
    return "empty";
  });
  using awaitingListener = await async.create_server(["127.0.0.1", 0]);
  await deadline("awaiting accept", (timeout) => {
    awaitingListener.settimeout(timeout);
    return awaitingListener.accept();
  });
}

/** Addresses that answer nothing, and those that the kernel refuses. */
async function unreachable(): Promise<void> {
  const silent = cable.replace(/\d+$/, "77");
  for (const { create_connection } of [socket, async]) {
    await deadline(
      "connect",
      (timeout) => create_connection([silent, 7], timeout),
    );
  }
  for (
    const [route, code] of Object.entries({
      unreachable: "EHOSTUNREACH",
      prohibit: "EACCES",
      blackhole: "EINVAL",
    })
  ) {
    ip(`route add ${route} 10.8.0.0/24`);
    for (const Class of [socket.Socket, async.AsyncSocket]) {
      using one = new Class(AF_INET, SOCK_DGRAM);
      let failure: unknown;
      try {
        await one.sendto(new Uint8Array(10), ["10.8.0.1", 7]);
      } catch (error) {
        failure = error;
      }
      assert(isError(failure, code), `${route}: ${failure}`);
      using connecting = new Class();
      connecting.settimeout(5);
      assertEquals(
        socket.errorName(await connecting.connect_ex(["10.8.0.1", 7])),
        code,
      );
    }
    ip(`route del ${route} 10.8.0.0/24`);
  }
}

/** Sends and receives at once, by awaiting, and checks what the other end echoes. */
async function echoed(
  one: async.AsyncSocket<socket.InetAddress>,
  length: number,
  midway?: () => void,
): Promise<void> {
  const data = random.bytes(length);
  const came = new Uint8Array(length);
  const sending = one.sendall(data);
  sending.catch(() => {});
  for (let at = 0; at < length;) {
    const n = await one.recv_into(came.subarray(at));
    assert(n > 0, "the stream ended");
    at += n;
    if (midway !== undefined && at > length / 4) {
      midway();
      midway = undefined;
    }
  }
  await sending;
  assertEquals(came, data);
}

/** A link that goes down in mid-transfer: calls time out, and the transfer goes on afterwards. */
async function down(): Promise<void> {
  const one = await connect(cable, 7, true) as async.AsyncSocket<
    socket.InetAddress
  >;
  using _ = one;
  const other = await connect(cable, 7, false) as socket.Socket<
    socket.InetAddress
  >;
  using __ = other;
  one.settimeout(60);
  await echoed(one, 4_000_000, () => {
    ip("link set cable down");
    other.settimeout(0.2);
    other.sendall(new Uint8Array(1000)); // into the buffer
    const began = performance.now();
    try {
      other.recv(10);
      throw new Error("received over a link that is down");
    } catch (error) {
      if (!(error instanceof socket.TimeoutError)) throw error;
    }
    assert(performance.now() - began >= 198);
    ip("link set cable up");
  });
  // What was sent while it was down arrives, too.
  other.settimeout(60);
  assertEquals(other.recv(1000, socket.MSG_WAITALL), new Uint8Array(1000));
}

/** An interface whose packets are small. */
async function mtu(): Promise<void> {
  ip("link set cable mtu 600");
  try {
    for (const Class of [socket.Socket, async.AsyncSocket]) {
      using one = new Class(AF_INET, SOCK_DGRAM);
      one.connect([cable, 7]);
      one.settimeout(20);
      const IP_PMTUDISC_DO = 2;
      one.setsockopt(socket.IPPROTO_IP, socket.IP_MTU_DISCOVER, IP_PMTUDISC_DO);
      let failure: unknown;
      try {
        await one.send(new Uint8Array(1000));
      } catch (error) {
        failure = error;
      }
      assert(isError(failure, "EMSGSIZE"), `${failure}`);
      assertEquals(await one.send(new Uint8Array(500)), 500);
      assertEquals((await one.recv(1000)).length, 500);
    }
    const one = await connect(cable, 7, true) as async.AsyncSocket<
      socket.InetAddress
    >;
    using _ = one;
    one.settimeout(60);
    await echoed(one, 500_000);
  } finally {
    ip("link set cable mtu 1500");
  }
}

/** Packets that are lost, late and out of order. */
async function lossy(): Promise<void> {
  const one = await connect(relay, 7, true) as async.AsyncSocket<
    socket.InetAddress
  >;
  using _ = one;
  one.settimeout(60);
  await echoed(one, 200_000);
  const other = await connect(relay, 7, false) as socket.Socket<
    socket.InetAddress
  >;
  using __ = other;
  other.settimeout(60);
  const data = random.bytes(30_000);
  other.sendall(data);
  assertEquals(other.recv(data.length, socket.MSG_WAITALL), data);
  // Datagrams: some of those that were sent, whole, and then a timeout.
  using datagrams = new socket.Socket(AF_INET, SOCK_DGRAM);
  datagrams.connect([relay, 7]);
  datagrams.settimeout(0.3);
  const missing = new Set<number>();
  for (let i = 0; i < 100; i++) {
    datagrams.send(new Uint8Array(100 + i).fill(i));
    missing.add(i);
  }
  for (;;) {
    try {
      const came = datagrams.recv(1000);
      assertEquals(came, new Uint8Array(100 + came[0]).fill(came[0]));
      assert(missing.delete(came[0]), "a datagram came twice");
    } catch (error) {
      if (error instanceof socket.TimeoutError) break;
      throw error;
    }
  }
  assert(missing.size < 100, "no datagram arrived");
}

const scenes: Record<string, () => Promise<void>> = {
  "timeouts by the cable": () => timeouts(cable),
  "timeouts by the relay": () => timeouts(relay),
  unreachable,
  down,
  mtu,
  lossy,
};
// In a random order, again and again until the time is over.
const end = performance.now() + Number(seconds) * 1000;
const names = Object.keys(scenes)
  .map((name) => [random.number(), name] as const)
  .sort().map(([, name]) => name);
let count = 0;
do {
  const name = names[count++ % names.length];
  try {
    await scenes[name]();
  } catch (error) {
    throw new Error(name, { cause: error });
  }
} while (performance.now() < end);
console.log(`${count} scenes`);
Deno.exit(0);
