/** The hot calls are made by number: the numbers of each processor, and their errors. */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { evaluate, isInstalled } from "../../constants/generator/compiler.ts";
import { toolchainFor } from "../../constants/generator/toolchains.ts";
import { type KnownPlatform, platform } from "../../constants/platform.ts";
import { lazily } from "../../ffi/loader.ts";
import { libc } from "../../ffi/libc.ts";
import { sys_socket } from "../../ffi/declarations.ts";
import { direct, numbers } from "../../ffi/posix.ts";
import {
  BlockingIOError,
  BrokenPipeError,
  MSG_PEEK,
  Socket,
} from "../../mod.ts";
import { need, needs, requires } from "../support/requires.ts";
import { socketPair } from "../support/pairs.ts";

const numbered = need("numbers of system calls", platform in numbers);

const names = ["SYS_sendto", "SYS_recvfrom"];
for (const known of Object.keys(numbers) as KnownPlatform[]) {
  const toolchain = toolchainFor(known, platform);
  const units = ["#include <sys/syscall.h>"];
  const answers = toolchain !== undefined && await isInstalled(toolchain)
    ? await evaluate({ ...toolchain, units }, names)
    : new Map<string, unknown>();
  const [sendto, recvfrom] = names.map((name) => answers.get(name));
  Deno.test({
    ...requires(
      `the numbers on ${known} are its header's`,
      need(
        `a compiler for ${known}, with the kernel's headers`,
        sendto !== undefined,
      ),
    ),
    fn() {
      assertEquals(numbers[known], { sendto, recvfrom });
    },
  });
}

Deno.test({
  ...requires("where there are numbers, the calls go by them", numbered),
  fn() {
    new Socket().close(); // opens the C library
    const made: unknown[][] = [];
    const called = (...args: unknown[]) => made.push(args);
    const makers = direct(platform, () => ({
      syscall: (...args) => called("syscall", ...args),
      syscall_at: (...args) => called("syscall_at", ...args),
    }))!;
    const { send, send_at, recv, recv_at } = lazily(makers);
    const { sendto, recvfrom } = numbers[platform]!;
    const buffer = new Uint8Array(1);
    assertEquals(send(3, buffer, 5, 7), 1);
    assertEquals(send_at(3, null, 5, 7), 2);
    assertEquals(recv(4, buffer, 6, 8), 3);
    assertEquals(recv_at(4, null, 6, 8), 4);
    assertEquals(made, [
      ["syscall", sendto, 3, buffer, 5, 7, null, null],
      ["syscall_at", sendto, 3, null, 5, 7, null, null],
      ["syscall", recvfrom, 4, buffer, 6, 8, null, null],
      ["syscall_at", recvfrom, 4, null, 6, 8, null, null],
    ]);
    for (const name of ["send", "send_at", "recv", "recv_at"] as const) {
      assertMatch(`${libc[name]}`, /syscall/);
    }
  },
});

Deno.test("where there are none, the calls are the C library's", () => {
  const open = () => {
    throw new Error("opened");
  };
  assertEquals(direct("darwin", open), undefined);
  assertEquals([sys_socket.send_at.name, sys_socket.recv_at.name], [
    "send",
    "recv",
  ]);
});

Deno.test({
  ...requires(
    "a buffer passed again meets flags and errors as the first time",
    needs.posix,
  ),
  fn() {
    using pair = socketPair();
    const { a, b } = pair;
    const data = new Uint8Array(1024).fill(1);
    const buffer = new Uint8Array(1024);
    for (const socket of [a, b]) socket.setblocking(false);
    for (let i = 0; i < 3; i++) {
      const error = assertThrows(() => b.recv_into(buffer), BlockingIOError);
      assertEquals(error.syscall, "recv");
    }
    a.send(data);
    for (let i = 0; i < 3; i++) {
      assertEquals(b.recv_into(buffer, 0, MSG_PEEK), 1024);
      assertEquals(b.recv_into(buffer, 10, MSG_PEEK), 10);
    }
    const fill = () => {
      for (;;) a.send(data);
    };
    assertEquals(assertThrows(fill, BlockingIOError).syscall, "send");
    b.close();
    for (let i = 0; i < 3; i++) {
      const error = assertThrows(() => a.send(data), BrokenPipeError);
      assertEquals(error.syscall, "send");
      assertThrows(() => b.recv_into(buffer), Error, "[Errno 9]");
    }
  },
});
