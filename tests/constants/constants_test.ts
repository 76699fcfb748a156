/** The constants: generated tables, enumerations, missing names, compared with Python and cc. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  constantName,
  controlName,
  optionName,
} from "../../constants/lookup.ts";
import { doorNames, generateDoor } from "../../constants/generator/doors.ts";
import {
  generateNames,
  generatePlatform,
} from "../../constants/generator/files.ts";
import { platforms } from "../../constants/generator/reference.ts";
import * as constants from "../../constants/mod.ts";
import { missing, missingName, table } from "../../constants/table.ts";
import {
  type KnownPlatform,
  os,
  platform,
  platformOf,
} from "../../constants/platform.ts";
import { tables } from "../../constants/tables.ts";
import { text } from "../support/bytes.ts";
import { canRun, need, needs, requires } from "../support/requires.ts";
import { python } from "../support/peer.ts";

const {
  AddressFamily,
  AddressInfo,
  errno,
  errorName,
  hasattr,
  isMissing,
  MsgFlag,
  SocketKind,
} = constants;

const root = new URL("../../", import.meta.url);

const everything: Readonly<Record<string, unknown>> = constants;

/** Evaluates a Python expression that may use `socket`, `errno` and `select`. */
async function evaluated<T>(expression: string): Promise<T> {
  return await python(
    `import json, socket, errno, select; print(json.dumps(${expression}))`,
  ) as T;
}

/** The integer constants of a Python module. */
function integersOf(module: string): Promise<Record<string, number>> {
  return evaluated(
    `{n: int(v) for n, v in vars(${module}).items() if isinstance(v, int) and not isinstance(v, bool) and n[0] != "_"}`,
  );
}

async function assertCommitted(
  files: readonly { path: string; text: string }[],
): Promise<void> {
  for (const { path, text } of files) {
    const committed = await Deno.readTextFile(new URL(path, root));
    assert(committed === text, `${path} is not what the generator writes`);
  }
}

Deno.test({
  ...requires(
    "the host's tables are what the generator writes and cc confirms",
    need("cc", platform !== "unsupported" && canRun("cc")),
  ),
  async fn(): Promise<void> {
    const { files, confirmed } = await generatePlatform(
      platform as KnownPlatform,
      "compiler",
    );
    await assertCommitted(files);
    assert(confirmed > 500, `cc confirmed only ${confirmed} facts`);
  },
});

Deno.test("every platform's tables are what the generator writes", async () => {
  for (const platform of platforms) {
    const { files } = await generatePlatform(platform, "reference");
    await assertCommitted(files);
  }
});

for (const door of doorNames) {
  Deno.test(`the constants of ${door}.ts are what the generator writes`, async () => {
    const { files } = await generateDoor(door, "reference");
    await assertCommitted(files);
  });

  Deno.test({
    ...requires(
      `cc confirms the constants of ${door}.ts`,
      needs.linux,
      need("cc", canRun("cc")),
    ),
    async fn(): Promise<void> {
      const { confirmed } = await generateDoor(door, "compiler");
      const module = await import(`../../constants/generated/door_${door}.js`);
      const count = Object.keys(module).length;
      assert(
        confirmed > count * 0.8,
        `cc confirmed ${confirmed} of ${count} facts`,
      );
      for (const [name, value] of Object.entries(module)) {
        assert(typeof value === "number", name);
        assert(!(name in table.constants), `${name} is in the main table`);
      }
    },
  });
}

Deno.test("the exported names are what the generator writes", async () => {
  await assertCommitted(generateNames());
});

Deno.test({
  ...requires(
    "every integer of python3's socket is exported with its value",
    needs.python,
  ),
  async fn(): Promise<void> {
    const integers = await integersOf("socket");
    assert(Object.keys(integers).length > 100);
    for (const [name, value] of Object.entries(integers)) {
      assertEquals(everything[name], value, name);
      assert(hasattr(name), name);
    }
  },
});

Deno.test({
  ...requires(
    "every integer of python3's errno is exported with its value",
    needs.python,
  ),
  async fn(): Promise<void> {
    const numbers: Readonly<Record<string, unknown>> = { ...errno };
    for (const [name, value] of Object.entries(await integersOf("errno"))) {
      assertEquals(numbers[name], value, name);
    }
    const errorcode = await evaluated<Record<string, string>>(
      "errno.errorcode",
    );
    for (const [value, name] of Object.entries(errorcode)) {
      assertEquals(errno.errorcode[Number(value)], name);
    }
  },
});

Deno.test({
  ...requires(
    "the tables agree with python3's select, where they have its names",
    needs.python,
  ),
  async fn(): Promise<void> {
    for (const [name, value] of Object.entries(await integersOf("select"))) {
      assertEquals(table.constants[name] ?? value, value, name);
    }
  },
});

Deno.test({
  ...requires(
    "every string constant of python3's socket is exported",
    needs.python,
  ),
  async fn(): Promise<void> {
    const strings = await evaluated<Record<string, string>>(
      `{n: v for n, v in vars(socket).items() if isinstance(v, str) and n[0] != "_"}`,
    );
    for (const [name, value] of Object.entries(strings)) {
      assertEquals(everything[name], value, name);
    }
  },
});

Deno.test({
  ...requires("the enumerations show values as python3's do", needs.python),
  async fn(): Promise<void> {
    const enums = { AddressFamily, SocketKind, MsgFlag, AddressInfo };
    for (const [name, enumeration] of Object.entries(enums)) {
      const members = await evaluated<[string, number][]>(
        `[[m.name, int(m)] for m in socket.${name}]`,
      );
      const ours: Readonly<Record<string, unknown>> = { ...enumeration };
      for (const [member, value] of members) {
        assertEquals(ours[member], value, member);
        assertEquals(enumeration[value], member);
      }
    }
  },
});

Deno.test("every name that Python's socket ever had is exported", async () => {
  const names = JSON.parse(
    await Deno.readTextFile(
      new URL("constants/reference/python-socket-names.json", root),
    ),
  );
  for (const name of names.int_constants) {
    assert(name in constants, name);
    assert(typeof everything[name] === "number" || isMissing(everything[name]));
  }
  for (const name of Object.keys(names.string_constants)) {
    assert(name in constants, name);
    assert(typeof everything[name] === "string" || isMissing(everything[name]));
  }
  for (const name of names.errno_names) assert(name in errno, name);
});

Deno.test("a missing constant refuses to be used and says its name", async (t) => {
  const absent = missing("AF_NOWHERE");
  const message = `AF_NOWHERE is not available on ${os}`;
  const uses: Record<string, () => unknown> = {
    "|": () => 1 | absent,
    "&": () => absent & 1,
    "+": () => absent + 1,
    "unary +": () => +absent,
    "<": () => absent < 1,
    "==": () => absent == 1,
    "Number()": () => Number(absent),
    "BigInt()": () => BigInt(absent),
    "String()": () => String(absent),
    "a template": () => `${absent}`,
    "an index": () => [1, 2][absent],
    "JSON": () => JSON.stringify({ absent }),
    "a typed array": () => Int32Array.of(absent),
    "a DataView": () => new DataView(new ArrayBuffer(4)).setInt32(0, absent),
  };
  for (const [name, use] of Object.entries(uses)) {
    await t.step(name, () => {
      assertThrows(use, RangeError, message);
    });
  }
});

Deno.test("a missing constant equals no number, and shows its name", () => {
  const absent = missing("AF_NOWHERE");
  assert(!([0, 1, NaN, undefined] as unknown[]).includes(absent));
  assert(missing("AF_NOWHERE") === absent);
  assert(isMissing(absent));
  assert(!isMissing(0));
  assert(!isMissing(undefined));
  assertEquals(missingName(absent), "AF_NOWHERE");
  assertEquals(missingName(1), undefined);
  const shown = `AF_NOWHERE (not available on ${os})`;
  assertEquals(Deno.inspect(absent), shown);
  assertEquals(Deno.inspect({ family: absent }), `{ family: ${shown} }`);
});

Deno.test("what no platform has is missing here too", () => {
  assert(isMissing(constants.AF_AAL5));
  assert(!hasattr("AF_AAL5"));
  assert(isMissing(errno.ENOTACTIVE));
});

Deno.test("hasattr() and isMissing() say the same of every constant", () => {
  for (const [name, value] of Object.entries(everything)) {
    if (typeof value === "number" || isMissing(value)) {
      assertEquals(hasattr(name), !isMissing(value), name);
    }
  }
});

Deno.test("hasattr() knows functions, methods and classes", () => {
  const isWindows = os === "windows";
  assert(hasattr("create_connection"));
  assert(hasattr("gaierror"));
  assert(hasattr("has_ipv6"));
  assertEquals(hasattr("fromshare"), isWindows);
  assertEquals(hasattr("share"), isWindows);
  assertEquals(hasattr("ioctl"), isWindows);
  assertEquals(hasattr("sethostname"), !isWindows);
  assertEquals(hasattr("send_fds"), !isWindows);
  assert(hasattr("recvmsg")); // Winsock's own; Python has no such number
  assertEquals(hasattr("sendmsg_afalg"), os === "linux");
  assert(!hasattr("AF_NOWHERE"));
  assert(!hasattr("toString"));
  assert(!hasattr(""));
});

Deno.test({
  ...requires("Linux lacks what belongs to macOS and Windows", needs.linux),
  fn(): void {
    assert(constants.AF_CAN === 29);
    assertThrows(
      () => constants.SIO_RCVALL | 0,
      RangeError,
      "SIO_RCVALL is not available on linux",
    );
    assertEquals(
      Deno.inspect(constants.AF_SYSTEM),
      "AF_SYSTEM (not available on linux)",
    );
    assert(!hasattr("AF_SYSTEM"));
    assert(isMissing(constants.HV_GUID_ZERO));
    assert(isMissing(errno.WSAECONNREFUSED));
  },
});

Deno.test("the enumerations behave like TypeScript's", () => {
  assertEquals(AddressFamily.AF_INET, constants.AF_INET);
  assertEquals(AddressFamily[constants.AF_INET], "AF_INET");
  assertEquals(SocketKind[constants.SOCK_STREAM], "SOCK_STREAM");
  assertEquals(MsgFlag[constants.MSG_PEEK], "MSG_PEEK");
  assertEquals(AddressInfo[constants.AI_PASSIVE], "AI_PASSIVE");
  assertEquals(AddressFamily[-1], undefined);
});

Deno.test("constantName() prefers Python's name", () => {
  assertEquals(constantName("AF_", constants.AF_UNIX), "AF_UNIX");
  assertEquals(constantName("IPPROTO_", constants.IPPROTO_TCP), "IPPROTO_TCP");
  assertEquals(constantName("AF_", -1), undefined);
  assertEquals(constantName("NOTHING_", 0), undefined);
});

Deno.test("constantName() takes only members of an enumeration for its values", () => {
  assertEquals(
    constantName("SOCK_", constants.SOCK_STREAM),
    "SOCK_STREAM",
  );
  for (const name of ["SOCK_DESTROY", "SOCK_MAXADDRLEN", "MSG_MAXIOVLEN"]) {
    const value = table.constants[name];
    if (value === undefined) continue; // another platform's
    const [prefix] = name.split(/(?<=_)/);
    assertEquals(constantName(prefix, value) === name, false, name);
  }
});

Deno.test("constantName() of the options of a level knows that level's alone", () => {
  const { SO_REUSEADDR, SO_KEEPALIVE, IP_TOS, TCP_NODELAY } = constants;
  assertEquals(constantName("SO_", SO_REUSEADDR), "SO_REUSEADDR");
  assertEquals(constantName("SO_", SO_KEEPALIVE), "SO_KEEPALIVE");
  assertEquals(constantName("IP_", IP_TOS), "IP_TOS");
  assertEquals(constantName("TCP_", TCP_NODELAY), "TCP_NODELAY");
});

Deno.test("options and control messages are named by level and number", () => {
  const { SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP } = constants;
  const names = [
    [
      optionName(SOL_SOCKET, constants.SO_REUSEADDR),
      "SOL_SOCKET, SO_REUSEADDR",
    ],
    [optionName(IPPROTO_IP, constants.IP_TOS), "IPPROTO_IP, IP_TOS"],
    [
      optionName(IPPROTO_IPV6, constants.IPV6_V6ONLY),
      "IPPROTO_IPV6, IPV6_V6ONLY",
    ],
    [
      optionName(IPPROTO_TCP, constants.TCP_NODELAY),
      "IPPROTO_TCP, TCP_NODELAY",
    ],
    [optionName(SOL_SOCKET, 54321), "SOL_SOCKET, 54321"],
    [optionName(54321, 1), "54321, 1"],
    [controlName(54321, 1), "54321, 1"],
  ];
  for (const [name, expected] of names) assertEquals(name, expected);
});

Deno.test({
  ...requires("a number has another name at each level of Linux", needs.linux),
  fn() {
    assertEquals(optionName(1, 2), "SOL_SOCKET, SO_REUSEADDR");
    assertEquals(optionName(40, 2), "AF_VSOCK, SO_VM_SOCKETS_BUFFER_MAX_SIZE");
    assertEquals(optionName(107, 2), "SOL_CAN_J1939, SO_J1939_PROMISC");
    assertEquals(optionName(0, 80), "IPPROTO_IP, SO_ORIGINAL_DST");
    assertEquals(optionName(1, 80), "SOL_SOCKET, SO_DEVMEM_DONTNEED");
    assertEquals(optionName(41, 80), "IPPROTO_IPV6, IP6T_SO_ORIGINAL_DST");
    assertEquals(controlName(1, 1), "SOL_SOCKET, SCM_RIGHTS");
    assertEquals(controlName(1, 40), "SOL_SOCKET, SO_RXQ_OVFL");
    assertEquals(controlName(0, 20), "IPPROTO_IP, IP_ORIGDSTADDR");
    assertEquals(controlName(282, 2), "SOL_TLS, TLS_GET_RECORD_TYPE");
    assertEquals(optionName(282, 2), "SOL_TLS, TLS_RX");
    assertEquals(controlName(273, 5), "SOL_PPPOL2TP, 5");
  },
});

Deno.test("errno has POSIX names for its numbers", () => {
  assertEquals(errno.errorcode[errno.EAGAIN], "EAGAIN");
  assertStrictEquals(constants.errno, errno);
  assertEquals(errorName(errno.ECONNREFUSED), "ECONNREFUSED");
  assertEquals(errorName(-1), undefined);
});

Deno.test("the five tables have these values", () => {
  const { linux_x86_64, linux_aarch64, darwin, windows, freebsd } = tables;
  assertStrictEquals(linux_x86_64, linux_aarch64);
  assertEquals(linux_x86_64.constants.SO_REUSEADDR, 2);
  assertEquals(linux_x86_64.constants.SOL_SOCKET, 1);
  assertEquals(linux_x86_64.constants.TIPC_WAIT_FOREVER, -1);
  assertEquals(linux_x86_64.constants.EPOLLET, 2147483648);
  assertEquals(linux_x86_64.constants.INADDR_BROADCAST, 4294967295);
  assertEquals(linux_x86_64.strings.BDADDR_LOCAL, "00:00:00:FF:FF:FF");
  assertEquals(darwin.constants.SOL_SOCKET, 65535);
  assertEquals(darwin.constants.SO_LINGER, 128);
  assertEquals(darwin.constants.IPV6_PKTINFO, 46);
  assertEquals(darwin.constants.IPV6_RECVPKTINFO, 61);
  assertEquals(darwin.constants.AF_SYSTEM, 32);
  assertEquals(darwin.constants.EAGAIN, 35);
  assertEquals(windows.constants.INADDR_NONE, -1);
  assertEquals(windows.constants.TCP_QUICKACK, -1744830441);
  assertEquals(windows.constants.SIO_RCVALL, 2550136833);
  assertEquals(windows.constants.EAI_NODATA, 11001);
  assertEquals(windows.constants.SOL_IP, 65531);
  assertEquals(windows.constants.ECONNREFUSED, 10061);
  assertEquals(windows.constants.EWOULDBLOCK, 10035);
  assertEquals(windows.constants.EPIPE, 32);
  assertEquals(
    windows.strings.HV_GUID_WILDCARD,
    "00000000-0000-0000-0000-000000000000",
  );
  assertEquals(freebsd.constants.UDPLITE_SEND_CSCOV, 2);
  assertEquals(freebsd.constants.UDPLITE_RECV_CSCOV, 4);
  assertEquals(freebsd.constants.NETLINK_GENERIC, 16);
  assertEquals(freebsd.constants.EAGAIN, 35);
  assertEquals(tables.unsupported.constants, {});
});

Deno.test("a platform is known by its system and processor", () => {
  assertEquals(platformOf("linux", "x86_64"), "linux_x86_64");
  assertEquals(platformOf("linux", "aarch64"), "linux_aarch64");
  assertEquals(platformOf("darwin", "aarch64"), "darwin");
  assertEquals(platformOf("windows", "x86_64"), "windows");
  assertEquals(platformOf("freebsd", "x86_64"), "freebsd");
  assertEquals(platformOf("linux", "x86_64", "gnu"), "linux_x86_64");
  assertEquals(platformOf("linux", "x86_64", "musl"), "unsupported");
  assertEquals(platformOf("linux", "riscv64"), "unsupported");
  assertEquals(platformOf("solaris", "x86_64"), "unsupported");
});

Deno.test("importing the constants needs no permission", async () => {
  const module = new URL("constants/mod.ts", root);
  const program = `import { AF_INET, hasattr } from "${module}";
    console.log(AF_INET, hasattr("AF_INET"));`;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      `data:application/typescript,${encodeURIComponent(program)}`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, text(stderr));
  assertMatch(text(stdout), /^2 true\n$/);
});
