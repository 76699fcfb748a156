/**
 * What the memory part does in processes of its own: calls that fill memory, while buffers go away
 * and garbage is collected. Arguments: seed, seconds, `guard` or `plain`.
 */

import { assert, assertEquals } from "@std/assert";
import type * as Async from "../../../async.ts";
import type * as Mod from "../../../mod.ts";
import { rounds } from "./part.ts";
import { Random } from "./random.ts";

const [seed, seconds, mode] = Deno.args;
// The library is imported after the guards are in place.
const guards = mode === "guard" ? await import("./guard_ffi.ts") : undefined;
const socket: typeof Mod = await import("../../../mod.ts");
const async: typeof Async = await import("../../../async.ts");
const { gc } = globalThis as unknown as { gc: () => void };

const GUARD = 0xc3;

/** Part of a buffer, and what its other bytes must go on being. */
class Guarded {
  readonly whole: Uint8Array;
  readonly inside: Uint8Array;

  constructor(random: Random, length: number) {
    const before = random.below(40);
    const size = before + length + random.below(40);
    const buffer = random.chance(0.2)
      ? new SharedArrayBuffer(size)
      : random.chance(0.3)
      ? new ArrayBuffer(size, { maxByteLength: 2 * size })
      : new ArrayBuffer(size);
    this.whole = new Uint8Array(buffer).fill(GUARD);
    this.inside = this.whole.subarray(before, before + length);
  }

  /** Checks what was received, and that nothing else changed. */
  check(what: string, expected: Uint8Array): void {
    const { whole, inside } = this;
    const copy = new Uint8Array(whole.length).fill(GUARD);
    copy.set(expected, inside.byteOffset);
    assertEquals(whole.toHex(), copy.toHex(), what);
  }
}

/** The functions that fill buffers, with what they fill them with and how many bytes they say. */
async function filling(random: Random): Promise<void> {
  const type = random.pick([socket.SOCK_STREAM, socket.SOCK_DGRAM]);
  const isAsync = random.chance(0.5);
  const [a, b] = isAsync
    ? async.socketpair(socket.AF_UNIX, type)
    : socket.socketpair(socket.AF_UNIX, type);
  using _a = a, _b = b;
  const sent = random.bytes(1 + random.below(3000));
  const room = new Guarded(random, 1 + random.below(3000));
  const other = new Guarded(random, 1 + random.below(200));
  const flags = random.pick([0, socket.MSG_PEEK, socket.MSG_TRUNC]);
  const { length } = room.inside;
  const nbytes = random.chance(0.3) ? random.below(length + 1) : 0;
  await b.send(sent);
  const isTruncating = (flags & socket.MSG_TRUNC) !== 0;
  const take = (size: number) => sent.subarray(0, size);
  // MSG_TRUNC on a stream takes bytes without copying them; elsewhere it returns the true length.
  if (isTruncating && type === socket.SOCK_STREAM) return;
  const most = nbytes === 0 ? length : nbytes;
  switch (random.below(5)) {
    case 0:
      await a.recv_into(room.inside, nbytes, flags);
      room.check("recv_into", take(most));
      break;
    case 1:
      await a.recvfrom_into(room.inside, nbytes, flags);
      room.check("recvfrom_into", take(most));
      break;
    case 2:
      await a.recvmsg_into([other.inside, room.inside], 256, flags);
      other.check("recvmsg_into", take(other.inside.length));
      room.check(
        "recvmsg_into",
        sent.subarray(other.inside.length, other.inside.length + length),
      );
      break;
    case 3: {
      const data = await a.recv(length, flags);
      assertEquals(data.toHex(), take(length).toHex());
      break;
    }
    default: {
      if (type !== socket.SOCK_DGRAM || isAsync) return;
      using file = (a as Mod.Socket<Mod.UnixAddress>).makefile(
        "rb",
        random.pick([0, null]),
      );
      // A buffered file's readinto() would wait for a second datagram.
      const count = file instanceof socket.BufferedReader
        ? file.readinto1(room.inside)
        : file.readinto(room.inside);
      assertEquals(count, Math.min(length, sent.length));
      room.check("readinto", take(length));
    }
  }
}

/** Buffers that go away, shrink or grow while calls wait with them, and garbage is collected. */
async function pending(random: Random): Promise<void> {
  const [a, b] = async.socketpair(socket.AF_UNIX, socket.SOCK_STREAM);
  using _a = a, _b = b;
  a.settimeout(5);
  const buffers = Array.from({ length: 1 + random.below(4) }, () => {
    const size = 16 + random.below(500);
    return new Uint8Array(
      new ArrayBuffer(size, { maxByteLength: size * 2 }),
      0,
      size,
    ).fill(GUARD);
  });
  const waiting = buffers.map((buffer) => {
    switch (random.below(3)) {
      case 0:
        return a.recv_into(buffer);
      case 1:
        return a.recvfrom_into(buffer);
      default:
        return a.recvmsg_into([buffer]);
    }
  }) as Promise<unknown>[];
  const settled = Promise.allSettled(waiting);
  const moved: (ArrayBuffer | undefined)[] = buffers.map(({ buffer }) => {
    if (random.chance(0.3)) return buffer.transfer();
    if (random.chance(0.3)) buffer.resize(random.below(buffer.byteLength + 1));
    else if (random.chance(0.5)) buffer.resize(buffer.maxByteLength);
    return undefined;
  });
  if (random.chance(0.5)) gc();
  await b.sendall(new Uint8Array(5000));
  b.close();
  for (const outcome of await settled) {
    if (outcome.status === "rejected") {
      assert(
        outcome.reason instanceof TypeError &&
          /its ArrayBuffer/.test(outcome.reason.message),
        String(outcome.reason),
      );
    }
  }
  for (const buffer of moved) {
    if (buffer === undefined) continue;
    // Whoever has the memory now, the call does not write to it.
    assert(new Uint8Array(buffer).every((byte) => byte === GUARD));
  }
}

/** Sends whose buffer goes away; what arrives before is what was in it. */
async function sending(random: Random): Promise<void> {
  const [a, b] = async.socketpair(socket.AF_UNIX, socket.SOCK_STREAM);
  using _a = a, _b = b;
  const size = 1 << 20;
  const data = new Uint8Array(size).fill(GUARD);
  const sent = a.sendall(data).then(() => true, (error) => {
    assert(error instanceof TypeError, String(error));
    return false;
  });
  const isGone = random.chance(0.6);
  if (isGone) data.buffer.transfer(random.below(2) * size);
  if (random.chance(0.5)) gc();
  let count = 0;
  const received = (async () => {
    for (;;) {
      const chunk = await b.recv(random.pick([1000, 65536, size]));
      if (chunk.length === 0) return;
      assert(chunk.every((byte) => byte === GUARD));
      count += chunk.length;
    }
  })();
  const isWhole = await sent;
  a.close();
  await received;
  assertEquals(isWhole, !isGone);
  assertEquals(isWhole, count === size);
}

/** Calls in flight while garbage is collected: nothing else holds what they use. */
async function collecting(random: Random): Promise<void> {
  const calls = Array.from({ length: 1 + random.below(6) }, async () => {
    switch (random.below(5)) {
      case 0:
        return (await async.getaddrinfo("localhost", 80)).length > 0;
      case 1:
        return (await async.gethostbyname("localhost")) === "127.0.0.1";
      case 2: {
        using server = await async.create_server(["127.0.0.1", 0]);
        const accepting = server.accept();
        using client = await async.create_connection(server.getsockname());
        using accepted = (await accepting)[0];
        await client.sendall(new Uint8Array(100).fill(7));
        return (await accepted.recv(100))[0] === 7;
      }
      case 3: {
        const [a, b] = async.socketpair();
        using _a = a, _b = b;
        const received = a.recvmsg(100, 100);
        setTimeout(() => b.send(new Uint8Array([9])), random.below(5));
        return (await received)[0][0] === 9;
      }
      default: {
        using made = new socket.Socket(socket.AF_INET, socket.SOCK_DGRAM);
        made.getsockopt(socket.SOL_SOCKET, random.below(60), random.below(100));
        return true;
      }
    }
  }).map((call) =>
    call.catch((error) => {
      if (error instanceof socket.OSError) return true;
      throw error;
    })
  );
  const timers = Array.from(
    { length: 3 },
    () => setTimeout(gc, random.below(8)),
  );
  gc();
  assert((await Promise.all(calls)).every(Boolean));
  timers.forEach(clearTimeout);
}

const count = await rounds(
  { random: new Random(Number(seed)), seconds: Number(seconds) },
  async (random) => {
    for (let i = 0; i < 20; i++) {
      await random.pick([filling, filling, pending, sending, collecting])(
        random,
      );
    }
  },
);
const guarded = guards === undefined
  ? ""
  : `, ${guards.guardedBuffers()} buffers guarded`;
console.log(`memory: ${count} rounds${guarded}`);
Deno.exit(0);
