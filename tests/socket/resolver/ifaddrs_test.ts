/** `getifaddrs()`, compared with `ip` and Python. */

import { assert, assertEquals } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  getifaddrs,
  if_nameindex,
  type NetworkInterface,
} from "../../../mod.ts";
import { Namespaces, namespaces } from "../../examples/namespaces.ts";
import { python } from "../../support/peer.ts";
import {
  canRun,
  isLinux,
  need,
  needs,
  requires,
  succeeds,
} from "../../support/requires.ts";

const ip = need("ip", canRun("ip", "-V"));

/** An interface as `ip -j addr` shows it. */
interface Shown {
  readonly ifindex: number;
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly address?: string;
  readonly addr_info: readonly {
    readonly family: string;
    readonly local: string;
    readonly address?: string;
    readonly broadcast?: string;
    readonly prefixlen: number;
    readonly label?: string;
  }[];
}

/** What `ip -j addr` and `getifaddrs()` both say of an interface. */
function comparable(one: NetworkInterface | Shown): unknown {
  if ("ifindex" in one) {
    return {
      index: one.ifindex,
      name: one.ifname,
      // ip hides IFF_RUNNING, and adds what the state of other interfaces means.
      flags: one.flags.filter((flag) => !/^(NO-CARRIER|M-DOWN)$/.test(flag))
        .sort(),
      hardware: one.address,
      addresses: one.addr_info.map((info) => ({
        family: info.family,
        address: info.local,
        prefixlen: info.prefixlen,
        broadcast: info.broadcast ?? null,
        destination: info.address ?? null,
        label: info.label ?? one.ifname,
      })),
    };
  }
  return {
    index: one.index,
    name: one.name,
    flags: one.flagNames.map((name) => name.slice("IFF_".length))
      .filter((name) => name !== "RUNNING").sort(),
    hardware: one.hardwareAddress?.toHex().replace(/..(?!$)/g, "$&:"),
    addresses: one.addresses.map((each) => ({
      family: { [AF_INET]: "inet", [AF_INET6]: "inet6" }[each.family],
      address: each.address,
      prefixlen: each.prefixlen,
      broadcast: each.broadcast,
      destination: each.destination,
      label: each.label,
    })),
  };
}

Deno.test({
  ...requires(
    "getifaddrs() has the interfaces of if_nameindex() and of Python",
    needs.posix,
    needs.python,
  ),
  async fn() {
    const found = getifaddrs().map(({ index, name }) => [index, name]).sort();
    assertEquals(found, if_nameindex().sort());
    const theirs = await python(
      "import json, socket; print(json.dumps(socket.if_nameindex()))",
    ) as unknown[];
    assertEquals(found, theirs.sort());
  },
});

Deno.test({
  ...requires("loopback has its addresses and flags", needs.posix),
  fn() {
    const loopback = getifaddrs().find(({ flagNames }) =>
      flagNames.includes("IFF_LOOPBACK")
    )!;
    const address = loopback.addresses.find(({ family }) =>
      family === AF_INET
    )!;
    assertEquals(address.address, "127.0.0.1");
    assertEquals(address.netmask, "255.0.0.0");
    assertEquals(address.prefixlen, 8);
    assertEquals(address.broadcast, null);
    assert(loopback.flagNames.includes("IFF_UP"));
  },
});

/** Whether point-to-point interfaces can be made. */
const hasTun = isLinux && succeeds(() => Deno.statSync("/dev/net/tun"));

const program = `import { getifaddrs } from ${
  JSON.stringify(new URL("../../../mod.ts", import.meta.url).href)
};
const bytes = (_, value) => value instanceof Uint8Array ? [...value] : value;
console.log(JSON.stringify(getifaddrs(), bytes));`;

Deno.test({
  ...requires(
    "getifaddrs() shows what `ip -j addr` shows, without --allow-sys",
    namespaces,
    ip,
  ),
  fn() {
    using network = new Namespaces(1);
    network.ip(0, "link add e0 type veth peer name e1");
    network.ip(0, "address add 10.7.0.1/20 broadcast 10.7.15.255 dev e0");
    network.ip(0, "address add 10.8.0.1/24 dev e0 label e0:alias");
    network.ip(0, "address add fd07::1/48 dev e0 nodad");
    network.ip(0, "link add down0 type veth peer name down1");
    if (hasTun) {
      network.ip(0, "tuntap add dev p0 mode tun");
      network.ip(0, "address add 10.9.0.1 peer 10.9.0.2/32 dev p0");
    }
    network.ip(0, "link set e0 up");
    network.ip(0, "link set e1 up");
    const file = Deno.makeTempFileSync({ suffix: ".ts" });
    try {
      Deno.writeTextFileSync(file, program);
      const out = network.run(
        0,
        Deno.execPath(),
        "run",
        "--no-check",
        "--no-prompt",
        "--allow-ffi",
        file,
      );
      const ours: NetworkInterface[] = JSON.parse(out).map((
        { hardwareAddress, ...rest }: {
          hardwareAddress: number[] | null;
        },
      ) => ({
        ...rest,
        hardwareAddress: hardwareAddress && Uint8Array.from(hardwareAddress),
      }));
      const shown: Shown[] = JSON.parse(network.run(0, "ip", "-j", "addr"));
      assertEquals(
        ours.map(comparable),
        shown.map(comparable),
      );
      const e0 = ours.find(({ name }) => name === "e0")!;
      assertEquals(
        e0.addresses.find(({ scope_id }) => scope_id > 0)?.scope_id,
        e0.index,
      );
    } finally {
      Deno.removeSync(file);
    }
  },
});
