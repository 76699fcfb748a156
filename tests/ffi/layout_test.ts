/** Where the fields of structs are, on each platform. */

import { assert, assertEquals } from "@std/assert";
import {
  layoutDisagreements,
  layoutExpressions,
} from "../../constants/generator/check.ts";
import {
  evaluate,
  isInstalled,
  type Toolchain,
} from "../../constants/generator/compiler.ts";
import { referenceLayout } from "../../constants/generator/reference.ts";
import { toolchainFor } from "../../constants/generator/toolchains.ts";
import { type KnownPlatform, platform } from "../../constants/platform.ts";
import { layouts } from "../../ffi/layout/all.ts";
import { gaicb, if_nameindex, layout, sigevent } from "../../ffi/layout/mod.ts";
import { need, requires } from "../support/requires.ts";

const host = platform as KnownPlatform;

const toolchain = toolchainFor(host, host) as Toolchain;

Deno.test({
  ...requires(
    "cc finds the host's structs where the layout says",
    need(
      "cc",
      platform !== "unsupported" && await isInstalled(toolchain),
    ),
  ),
  async fn(): Promise<void> {
    const expected = layoutExpressions(host, referenceLayout(host));
    const answers = await evaluate(toolchain, [...expected.keys()]);
    assertEquals(layoutDisagreements(expected, answers), []);
    assert(answers.size > 200, `cc knows only ${answers.size} of them`);
  },
});

Deno.test({
  ...requires(
    "cc finds getaddrinfo_a's structs where they are written by hand",
    need("cc", host.startsWith("linux") && await isInstalled(toolchain)),
  ),
  async fn(): Promise<void> {
    const expected = layoutExpressions(host, {
      structs: Object.fromEntries(
        Object.entries({ gaicb, sigevent }).map(([name, struct]) => {
          const { size, ...fields } = struct;
          const placed = Object.entries(fields).map(([field, { at, size }]) =>
            [field, { offset: at, size }] as const
          );
          return [name, { size, fields: Object.fromEntries(placed) }];
        }),
      ),
      types: {},
      cmsg: referenceLayout(host).cmsg,
    });
    const answers = await evaluate(toolchain, [...expected.keys()]);
    assertEquals(layoutDisagreements(expected, answers), []);
    assertEquals(answers.size, expected.size);
  },
});

Deno.test("the running platform's layout is one of the layouts", () => {
  assert(layout === layouts[platform]);
});

Deno.test("socket addresses differ as their systems do", () => {
  const { linux_x86_64, darwin, freebsd, windows } = layouts;
  assertEquals(
    linux_x86_64.sockaddr_in,
    {
      size: 16,
      sin_family: { at: 0, size: 2 },
      sin_port: { at: 2, size: 2 },
      sin_addr: { at: 4, size: 4 },
      sin_zero: { at: 8, size: 8 },
    } as unknown as typeof linux_x86_64.sockaddr_in,
  );
  assertEquals(darwin.sockaddr_in.sin_family, { at: 1, size: 1 });
  assertEquals(freebsd.sockaddr_in.sin_len, { at: 0, size: 1 });
  assertEquals(linux_x86_64.sockaddr_un.size, 110);
  assertEquals(darwin.sockaddr_un.size, 106);
  assertEquals(windows.sockaddr_un.size, 110);
  assertEquals(windows.sockaddr_bth.size, 30);
  assertEquals(freebsd.sockaddr_rc, freebsd.sockaddr_rfcomm);
});

Deno.test("epoll_event is packed on x86-64 only", () => {
  assertEquals(layouts.linux_x86_64.epoll_event.size, 12);
  assertEquals(layouts.linux_aarch64.epoll_event.size, 16);
});

Deno.test("ancillary data is aligned as CMSG_LEN and CMSG_SPACE have it", () => {
  const cmsg = (platform: KnownPlatform): [number, number] => {
    const { align, header } = layouts[platform].cmsg;
    return [align, header];
  };
  assertEquals(cmsg("linux_x86_64"), [8, 16]);
  assertEquals(cmsg("linux_aarch64"), [8, 16]);
  assertEquals(cmsg("darwin"), [4, 12]);
  assertEquals(cmsg("windows"), [8, 16]);
  // The header has 12 bytes. The data begins at the next multiple of 8.
  assertEquals(cmsg("freebsd"), [8, 16]);
  assertEquals(layouts.freebsd.cmsghdr.size, 12);
});

Deno.test("what is the same wherever it is, is so in the tables", () => {
  for (const layout of Object.values(layouts)) {
    if (!("if_nameindex" in layout)) continue;
    assertEquals(layout.if_nameindex as unknown, if_nameindex);
  }
});

Deno.test("a platform that is not supported has no structs, yet all can be asked for", () => {
  const { unsupported } = layouts;
  assert(!("sockaddr_in" in unsupported));
  assertEquals(unsupported.sockaddr_in.size, 0);
  assertEquals(unsupported.sockaddr_in.sin_port, { at: 0, size: 0 });
  assertEquals(unsupported.cmsg, { align: 1, header: 0 });
});

Deno.test("the sizes of C's types are there", () => {
  assertEquals(layouts.linux_x86_64.types.long, 8);
  assertEquals(layouts.windows.types.long, 4);
  assertEquals(layouts.darwin.types.suseconds_t, 4);
});

Deno.test("fields lie within their struct", () => {
  for (const [platform, structs] of Object.entries(layouts)) {
    const { cmsg: _cmsg, types: _types, ...rest } = structs;
    for (const [name, { size, ...fields }] of Object.entries(rest)) {
      for (const [field, { at, size: length }] of Object.entries(fields)) {
        assert(at + length <= size, `${platform}: ${name}.${field}`);
      }
    }
  }
});

Deno.test("a struct that a platform lacks is not in its layout", () => {
  assert(!("sockaddr_can" in layouts.darwin));
  assert(!("sockaddr_ctl" in layouts.linux_x86_64));
});
