/**
 * Memory that the C library fills: guard bytes around it, buffers that go away while a call waits,
 * garbage collected with calls in flight, and all of it once more with glibc's checks of the heap.
 */

import { beside, exists } from "../../support/files.ts";
import type { PartOptions } from "../support/part.ts";

/** Where Linux has the library that checks the heap. */
const CHECKING = [
  "/usr/lib/x86_64-linux-gnu/libc_malloc_debug.so.0",
  "/usr/lib/aarch64-linux-gnu/libc_malloc_debug.so.0",
  "/lib64/libc_malloc_debug.so.0",
];

/** Runs the part: its work, in a process for each way. */
export async function run(
  { random, seconds, log }: PartOptions,
): Promise<void> {
  const checking = CHECKING.find(exists);
  if (checking === undefined) {
    log("without glibc's checks: no libc_malloc_debug");
  }
  const ways: [string, "guard" | "plain", Record<string, string>][] = [
    ["with guards", "guard", {}],
    ["without", "plain", {}],
  ];
  if (checking !== undefined) {
    ways.push(["with glibc's checks", "plain", {
      LD_PRELOAD: checking,
      GLIBC_TUNABLES: "glibc.malloc.check=3",
      MALLOC_CHECK_: "3",
      MALLOC_PERTURB_: "165",
    }]);
  }
  for (const [name, mode, env] of ways) {
    log(name);
    const { success, code, signal } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--v8-flags=--expose-gc",
        beside("stress/support/memory_work.ts"),
        String(random.seed),
        String(seconds / ways.length),
        mode,
      ],
      env,
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    if (!success) throw new Error(`${name}: ended with ${signal ?? code}`);
  }
}
