/**
 * What tests need that not every machine has. A test that lacks something is skipped, and its name
 * says what it needs.
 */

import { hasattr } from "../../constants/lookup.ts";
import { AF_INET6, AF_PACKET, AF_UNIX, SOCK_RAW } from "../../constants/mod.ts";
import { OSError } from "../../errors/errors.ts";
import type { Address } from "../../socket/address/types.ts";
import { Socket } from "../../socket/constructor.ts";

/** One thing that a test needs. */
export interface Need {
  /** What it is: the name of a skipped test ends with it. */
  readonly what: string;
  /** Whether this machine has it. */
  readonly isMet: boolean;
}

/** Makes a need of a description, and whether it is met. */
export const need = (what: string, isMet: boolean): Need => ({ what, isMet });

/** Makes a need of the reason why it is not met, or of `undefined` if it is met. */
export const unless = (reason: string | undefined): Need =>
  need(reason ?? "nothing", reason === undefined);

/** Whether a call succeeds; errors of the system mean that it does not. */
export function succeeds(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof OSError || error instanceof Deno.errors.NotFound) {
      return false;
    }
    throw error;
  }
}

/** Whether a program is installed and runs. */
export function canRun(program: string, ...args: string[]): boolean {
  return succeeds(() => {
    const { success } = new Deno.Command(program, {
      args: args.length > 0 ? args : ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    if (!success) throw new Deno.errors.NotFound(program);
  });
}

/** Whether this is Linux. */
export const isLinux = Deno.build.os === "linux";

/**
 * Whether this is a POSIX system: sockets are descriptors like any other, children inherit them by
 * number, and there are signals and Unix datagrams.
 */
export const isPosix = hasattr("send_fds");

/** Whether IPv6 works over loopback. */
export const hasIPv6 = succeeds(() => {
  using socket = new Socket(AF_INET6);
  socket.bind(["::1", 0]);
});

/** Whether there are Unix sockets; Unix datagrams are there if {@linkcode isPosix}. */
export const hasUnix = hasattr("AF_UNIX") &&
  succeeds(() => new Socket(AF_UNIX).close());

/** What several tests need. */
export const needs = {
  /** Python, whose socket module is the reference. */
  python: need("python3", canRun("python3")),
  ipv6: need("IPv6 on loopback", hasIPv6),
  unix: need("Unix sockets", hasUnix),
  posix: need("POSIX", isPosix),
  linux: need("Linux", isLinux),
  /** That what a peer sent can be received after its reset. Winsock throws it away. */
  dataBeforeReset: need("POSIX", isPosix),
  /** That a send takes what there is room for. Winsock's takes any size while there is room. */
  cutSends: need("POSIX", isPosix),
  /** The capability to make packet sockets and raw sockets. Linux. */
  netRaw: need(
    "CAP_NET_RAW",
    hasattr("AF_PACKET") &&
      succeeds(() => new Socket<Address>(AF_PACKET, SOCK_RAW).close()),
  ),
  /** A user that may do everything. */
  root: need("root", Deno.build.os !== "windows" && Deno.uid() === 0),
  /** A constant or function that not every platform has. */
  attribute: (name: string): Need => need(name, hasattr(name)),
} as const;

/**
 * The name of a test and whether to ignore it, for the options of `Deno.test`.
 *
 * @param name the test's name
 * @param needs what it needs; `false` stands for nothing
 */
export function requires(
  name: string,
  ...needs: (Need | false)[]
): { name: string; ignore: boolean } {
  const unmet = needs.filter((one) => one !== false && !one.isMet) as Need[];
  return unmet.length === 0 ? { name, ignore: false } : {
    name: `${name} (needs ${unmet.map(({ what }) => what).join(" and ")})`,
    ignore: true,
  };
}
