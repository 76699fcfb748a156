/** Describes the machine that the figures were measured on. */

import { outputOf, versionOf } from "./program.ts";

/** A machine, and the versions of the software that ran on it. */
export interface Machine {
  /** The processor's model. */
  readonly cpu: string;
  /** The number of processors. */
  readonly cores: number;
  /** The kernel's name and version. */
  readonly kernel: string;
  /** The versions of the contestants' runtimes and of the C compiler. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Describes this machine. */
export async function machine(): Promise<Machine> {
  const cpuinfo = await outputOf("cat", "/proc/cpuinfo");
  const versions: Record<string, string> = { Deno: Deno.version.deno };
  for (
    const [name, command] of [
      ["Node", "node"],
      ["CPython", "python3"],
      ["C compiler", "cc"],
    ]
  ) {
    const version = await versionOf(command);
    if (version !== undefined) versions[name] = version;
  }
  return {
    cpu: cpuinfo?.match(/^model name\s*: (.*)$/m)?.[1] ??
      await outputOf("sysctl", "-n", "machdep.cpu.brand_string") ??
      Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    kernel: await outputOf("uname", "-srm") ?? "unknown",
    versions,
  };
}

/** Describes a machine in two lines: the hardware and kernel, and the versions. */
export function description(
  { cpu, cores, kernel, versions }: Machine,
): [string, string] {
  const programs = Object.entries(versions).map((pair) => pair.join(" "));
  return [`${cpu}, ${cores} cores, ${kernel}`, programs.join(", ")];
}
