/**
 * Ports, backlogs, socket buffers, the queue of a socket and the memory for options, used up one
 * after the other: a clear error, nothing left open, and all is well again afterwards.
 *
 * It runs in a network of its own, where only 20 ports are given out: see `parts/exhaustion.ts`.
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as async from "../../../async.ts";
import * as socket from "../../../mod.ts";
import { openSignals } from "../../programs/async/support.ts";
import { turn } from "../../support/async.ts";
import { utf8 } from "../../support/bytes.ts";
import { descriptorsTo } from "../../support/descriptors.ts";
import { isError } from "../model/world.ts";

const { AF_PACKET, AF_UNIX, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } = socket;
const PORTS = 20;

const closeAll = (sockets: { close(): void }[]) =>
  sockets.splice(0).forEach((one) => one.close());

/** Calls until that fails, which it must do in so many calls at most. Returns the error. */
async function untilFailure(
  most: number,
  call: () => unknown,
): Promise<unknown> {
  for (let i = 0; i < most; i++) {
    try {
      await call();
    } catch (error) {
      return error;
    }
  }
  throw new Error(`${most} calls did not fail`);
}

async function ports(): Promise<void> {
  using listener = socket.create_server(["127.0.0.1", 7], { backlog: 100 });
  const address = listener.getsockname();
  const made: { close(): void }[] = [];
  for (const { create_connection } of [socket, async]) {
    const error = await untilFailure(PORTS + 2, async () => {
      made.push(await create_connection(address));
      made.push(listener.accept()[0]);
    });
    assert(isError(error, "EADDRNOTAVAIL"), `${error}`);
    // A reset leaves no TIME_WAIT, which would keep the port for a minute.
    for (const one of made) {
      socket.setLinger(one as socket.Socket, 0);
    }
    closeAll(made);
    (await create_connection(address)).close();
    listener.accept()[0].close();
  }
  const error = await untilFailure(PORTS + 2, () => {
    const one = new socket.Socket(socket.AF_INET, SOCK_DGRAM);
    made.push(one);
    one.bind(["127.0.0.1", 0]);
  });
  assert(isError(error, "EADDRINUSE"), `${error}`);
  closeAll(made);
}

async function backlogs(): Promise<void> {
  for (const family of [socket.AF_INET, AF_UNIX]) {
    using listener = new socket.Socket<socket.Address>(family);
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1);
    listener.bind(family === AF_UNIX ? "\0full" : ["127.0.0.1", 8]);
    listener.listen(1);
    const made: { close(): void }[] = [];
    const address = listener.getsockname();
    for (const Class of [socket.Socket, async.AsyncSocket]) {
      let began = 0;
      const error = await untilFailure(10, async () => {
        const one = new Class<socket.Address>(family);
        made.push(one);
        one.settimeout(0.2);
        began = performance.now();
        await one.connect(address);
      });
      assert(error instanceof socket.TimeoutError, `${error}`);
      assert(performance.now() - began >= 190, "it did not wait for room");
    }
    listener.settimeout(0.2);
    await untilFailure(10, () => listener.accept()[0].close());
    closeAll(made);
    using again = new socket.Socket<socket.Address>(family);
    again.settimeout(20);
    again.connect(address);
    listener.accept()[0].close();
  }
}

async function buffers(): Promise<void> {
  for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
    const [a, b] = socket.socketpair(AF_UNIX, type);
    using _a = a, _b = b;
    const chunk = new Uint8Array(1000);
    a.setblocking(false);
    const error = await untilFailure(10_000, () => a.send(chunk));
    assert(error instanceof socket.BlockingIOError, `${error}`);
    a.settimeout(0.05);
    assertThrows(() => a.send(chunk), socket.TimeoutError);
    b.setblocking(false);
    await untilFailure(10_000, () => b.recv(1 << 20));
    assertEquals(a.send(chunk), chunk.length);
    assertEquals(b.recv(2000).length, chunk.length);
    const too = new Uint8Array(10_000_000);
    if (type === SOCK_STREAM) continue;
    assert(isError(assertThrows(() => a.send(too)), "EMSGSIZE"));
    const from = async.AsyncSocket.from(a.dup());
    using _from = from;
    const late = await assertRejects(() => from.send(too));
    assert(isError(late, "EMSGSIZE"), `${late}`);
  }
}

/** More messages of the kernel than a socket has room for: ENOBUFS once, and the socket goes on. */
async function queue(): Promise<void> {
  const flood = "link set lo down\nlink set lo up\n".repeat(40);
  for (const Class of [socket.Socket, async.AsyncSocket]) {
    using one = new Class(socket.AF_NETLINK, SOCK_RAW, 0); // NETLINK_ROUTE
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384);
    const RTMGRP_LINK = 1;
    one.bind([0, RTMGRP_LINK]);
    one.settimeout(5);
    const ip = new Deno.Command("ip", { args: ["-batch", "-"], stdin: "piped" })
      .spawn();
    const writer = ip.stdin.getWriter();
    await writer.write(utf8(flood));
    await writer.close();
    await ip.status;
    const error = await untilFailure(100, () => one.recv(65536));
    assert(isError(error, "ENOBUFS"), `${error}`);
    const none = await untilFailure(100, () => {
      one.settimeout(0);
      return one.recv(65536);
    });
    assert(none instanceof socket.BlockingIOError, `${none}`);
    new Deno.Command("ip", { args: ["link", "set", "lo", "mtu", "60000"] })
      .outputSync();
    new Deno.Command("ip", { args: ["link", "set", "lo", "mtu", "65536"] })
      .outputSync();
    one.settimeout(5);
    assert((await one.recv(65536)).length > 0);
  }
}

/**
 * Memory for one option: a process may have `net.core.optmem_max` bytes. What the kernel refuses
 * without taking it first: a packet ring of a size that it grants would take all of the machine's.
 */
function memory(): void {
  const { IPPROTO_IP } = socket;
  using one = new socket.Socket(socket.AF_INET, SOCK_DGRAM);
  const group = (i: number) =>
    new Uint8Array([239, 1, i >> 8, i & 0xff, 127, 0, 0, 1]);
  let joined = 0;
  try {
    for (; joined < 1000; joined++) {
      one.setsockopt(IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group(joined));
    }
  } catch (error) {
    assert(isError(error, "ENOBUFS"), `${error}`);
  }
  assert(joined < 1000, "no limit of memberships");
  one.setsockopt(IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, group(0));
  one.setsockopt(IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group(joined));
  // A ring whose blocks are no multiple of a page: refused before any memory is taken.
  using packets = new socket.Socket<socket.Address>(AF_PACKET, SOCK_RAW, 0);
  const PACKET_RX_RING = 5;
  const request = (size: number, blocks: number) =>
    new Uint8Array(
      new Uint32Array([size, blocks, 2048, (size / 2048) * blocks]).buffer,
    );
  const set = (size: number, blocks: number) =>
    packets.setsockopt(
      socket.SOL_PACKET,
      PACKET_RX_RING,
      request(size, blocks),
    );
  assert(isError(assertThrows(() => set(6144, 4)), "EINVAL"));
  set(4096, 4);
  assert(isError(assertThrows(() => set(4096, 8)), "EBUSY", "EINVAL"));
  set(4096, 0);
}

openSignals();
for (const step of [buffers, backlogs, ports, memory, queue]) {
  // The poller of the awaiting sockets is opened by the first run.
  if (step !== memory && step !== queue) await step();
  const before = descriptorsTo().length;
  await step();
  for (let i = 0; i < 200 && descriptorsTo().length !== before; i++) {
    await turn(10);
  }
  assertEquals(descriptorsTo().length, before, step.name);
  console.log(step.name);
}
Deno.exit(0);
