/** Network namespaces for tests: networks of their own, gone with the block. */

import { need } from "../support/requires.ts";
function ip(...args: string[]): void {
  const { success, stderr } = new Deno.Command("ip", { args }).outputSync();
  if (success) return;
  const reason = new TextDecoder().decode(stderr).trim();
  throw new Error(`ip ${args.join(" ")}: ${reason}`);
}

/** Some network namespaces with loopback, and what is done in them. */
export class Namespaces implements Disposable {
  /** Their names, as `ip netns exec` takes them. */
  readonly names: string[] = [];

  constructor(count: number) {
    const id = crypto.randomUUID().slice(0, 8);
    try {
      for (let i = 0; i < count; i++) {
        const name = `socket-${id}-${i}`;
        ip("netns", "add", name);
        this.names.push(name);
        this.ip(i, "link set lo up");
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Runs `ip` in a namespace. */
  ip(index: number, command: string): void {
    ip("-n", this.names[index], ...command.trim().split(" "));
  }

  /** Runs a command in a namespace, and gives what it writes. */
  run(index: number, ...command: string[]): string {
    const { success, stdout, stderr } = new Deno.Command("ip", {
      args: ["netns", "exec", this.names[index], ...command],
    }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  /** Sets a parameter of the kernel in a namespace. */
  sysctl(index: number, name: string, value: string): void {
    this.run(index, "sysctl", "-qw", `${name}=${value}`);
  }

  /** Joins two namespaces by a cable, with an interface at either end. */
  cable(
    [a, nameA, addressA]: [index: number, name: string, address: string],
    [b, nameB, addressB]: [index: number, name: string, address: string],
  ): void {
    const peer = `peer name ${nameB} netns ${this.names[b]}`;
    this.ip(a, `link add name ${nameA} type veth ${peer}`);
    // Both ends first: a cable has no routes of IPv6 before.
    this.ip(a, `link set ${nameA} up`);
    this.ip(b, `link set ${nameB} up`);
    for (
      const [i, name, address] of [[a, nameA, addressA], [b, nameB, addressB]]
    ) {
      // An IPv6 address would be looked for at the other end first, which takes seconds.
      const usable = String(address).includes(":") ? "nodad" : "";
      this.ip(i as number, `address add ${address} dev ${name} ${usable}`);
    }
  }

  [Symbol.dispose](): void {
    for (const name of this.names) {
      new Deno.Command("ip", { args: ["netns", "delete", name] }).outputSync();
    }
  }
}

/** Network namespaces. */
export const namespaces = need(
  "the privilege to make network namespaces, and ip",
  available(),
);

function available(): boolean {
  try {
    using namespaces = new Namespaces(1);
    return namespaces.names.length === 1;
  } catch {
    return false;
  }
}
