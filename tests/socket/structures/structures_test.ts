/**
 * Structures decoded and encoded: golden bytes of each platform, and live values of this kernel.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  IPPROTO_TCP,
  SO_LINGER,
  SO_PEERCRED,
  SOL_SOCKET,
  TCP_INFO,
} from "../../../constants/mod.ts";
import { layouts } from "../../../ffi/layout/all.ts";
import { layout } from "../../../ffi/layout/mod.ts";
import { Socket } from "../../../socket/constructor.ts";
import {
  decodeExtendedError,
  decodePktinfo,
  decodePktinfo6,
  decodeTimespec,
  decodeTimestamping,
  decodeTimeval,
  encodePktinfo,
  encodePktinfo6,
  timeval,
} from "../../../socket/structures/ancillary.ts";
import {
  credentials,
  decodeCredentials,
  decodeLinger,
  encodeCredentials,
  encodeLinger,
  linger,
  lingerBytes,
} from "../../../socket/structures/options.ts";
import { decodeTcpInfo, tcpInfo } from "../../../socket/structures/tcp_info.ts";
import { text } from "../../support/bytes.ts";
import { need, needs, requires } from "../../support/requires.ts";
import { socketPair, tcpPair } from "../../support/pairs.ts";

/** Bytes from hexadecimal text, with spaces between fields. */
function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    text.replace(/\s/g, "").match(/../g) ?? [],
    (b) => parseInt(b, 16),
  );
}

function padded(text: string, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set(hex(text));
  return bytes;
}

/** The same bytes in the middle of a larger buffer. */
function within(bytes: Uint8Array): DataView<ArrayBuffer> {
  const around = new Uint8Array(bytes.length + 7).fill(0xee);
  around.set(bytes, 3);
  return new DataView(around.buffer, 3, bytes.length);
}

const linux = need("Linux", "pid" in (layout.ucred ?? {}));

Deno.test("SO_LINGER is encoded and decoded on every platform", () => {
  const posix = hex("01000000 0a000000");
  for (
    const name of [
      "linux_x86_64",
      "linux_aarch64",
      "darwin",
      "freebsd",
    ] as const
  ) {
    assertEquals(lingerBytes(true, 10, layouts[name]), posix);
    assertEquals(linger(within(posix), layouts[name]), {
      onoff: true,
      linger: 10,
    });
  }
  assertEquals(lingerBytes(true, 10, layouts.windows), hex("0100 0a00"));
  assertEquals(linger(hex("0000 0a00"), layouts.windows), {
    onoff: false,
    linger: 10,
  });
  assertThrows(
    () => lingerBytes(true, 0x8000, layouts.windows),
    RangeError,
    "linger",
  );
  assertThrows(() => encodeLinger(true, -1), RangeError, "linger");
  assertThrows(
    () => decodeLinger(hex("01")),
    RangeError,
    `too short for struct linger: 1 of ${layout.linger.size}`,
  );
  assertThrows(
    () => decodeLinger("x" as never),
    TypeError,
    "data must be bytes",
  );
});

Deno.test("what was decoded is encoded again", () => {
  for (
    const value of [{ onoff: true, linger: 7 }, { onoff: false, linger: 0 }]
  ) {
    assertEquals(decodeLinger(encodeLinger(value)), value);
    assertEquals(encodeLinger(value), encodeLinger(value.onoff, value.linger));
  }
  assertThrows(
    () => encodeLinger({ onoff: true, linger: -1 }),
    RangeError,
    "linger",
  );
  assertThrows(
    () => encodeLinger(true as never),
    TypeError,
    "linger must be an integer",
  );
  if ("ucred" in layout) {
    const value = { pid: 1, uid: 2, gid: 0xffffffff };
    assertEquals(decodeCredentials(encodeCredentials(value)), value);
    const none = { pid: null, uid: 1, gid: 1 };
    assertThrows(
      () => encodeCredentials(none),
      TypeError,
      "pid must be an integer, not null",
    );
  }
  if ("in_pktinfo" in layout) {
    const value = { ifindex: 3, specDst: "10.0.0.1", addr: "239.1.1.1" };
    assertEquals(encodePktinfo(value), encodePktinfo(3, "10.0.0.1"));
    assertThrows(
      () => encodePktinfo({ ifindex: 1, specDst: "::1" }),
      RangeError,
      "specDst",
    );
  }
  if ("in6_pktinfo" in layout) {
    const value = { ifindex: 3, addr: "fe80::1" };
    assertEquals(decodePktinfo6(encodePktinfo6(value)), value);
  }
});

Deno.test("SO_LINGER is set and read back", () => {
  using socket = new Socket();
  const set = (onoff: boolean, seconds: number) => {
    socket.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(onoff, seconds));
    return decodeLinger(socket.getsockopt(SOL_SOCKET, SO_LINGER, 8));
  };
  assertEquals(set(true, 3), { onoff: true, linger: 3 });
  assertEquals(set(true, 0), { onoff: true, linger: 0 });
  assertEquals(set(false, 0).onoff, false);
});

Deno.test("credentials are decoded on every platform", () => {
  assertEquals(
    credentials(
      within(hex("0a000000 ffffffff 02000000")),
      layouts.linux_x86_64,
    ),
    {
      pid: 10,
      uid: 0xffffffff,
      gid: 2,
    },
  );
  // version, user, number of groups (padded), groups
  const xucred = "00000000 f5010000 0200 0000 14000000 0c000000";
  assertEquals(credentials(padded(xucred, 76), layouts.darwin), {
    pid: null,
    uid: 501,
    gid: 20,
  });
  const bsd = padded(xucred, 88);
  bsd.set(hex("39300000"), 80);
  assertEquals(credentials(bsd, layouts.freebsd), {
    pid: 12345,
    uid: 501,
    gid: 20,
  });
  assertEquals(
    credentials(padded("00000000 01000000 0000", 76), layouts.darwin).gid,
    null,
  );
  assertThrows(
    () => credentials(bsd.subarray(1), layouts.freebsd),
    RangeError,
    "xucred",
  );
  assertThrows(
    () => credentials(bsd, layouts.windows),
    RangeError,
    "not available",
  );
});

Deno.test(
  requires(
    "SO_PEERCRED tells the process at the other end",
    needs.attribute("SO_PEERCRED"),
  ),
  () => {
    using pair = socketPair();
    const { a } = pair;
    const self = { pid: Deno.pid, uid: Deno.uid()!, gid: Deno.gid()! };
    assertEquals(
      decodeCredentials(a.getsockopt(SOL_SOCKET, SO_PEERCRED, 12)),
      self,
    );
    assertEquals(
      decodeCredentials(encodeCredentials(self.pid, self.uid, self.gid)),
      self,
    );
    assertThrows(() => encodeCredentials(1, -1, 0), RangeError, "uid");
  },
);

Deno.test(
  requires("in_pktinfo and in6_pktinfo are decoded and encoded", linux),
  () => {
    assertEquals(decodePktinfo(within(hex("02000000 c0a80105 efffff01"))), {
      ifindex: 2,
      specDst: "192.168.1.5",
      addr: "239.255.255.1",
    });
    assertEquals(
      encodePktinfo(2, "192.168.1.5"),
      hex("02000000 c0a80105 00000000"),
    );
    const six = hex("fe800000000000000000000000000001 03000000");
    assertEquals(decodePktinfo6(within(six)), { ifindex: 3, addr: "fe80::1" });
    assertEquals(encodePktinfo6(3, "fe80::1"), six);
    assertEquals(encodePktinfo6(0), new Uint8Array(20));
    assertThrows(
      () => encodePktinfo(0, "::1"),
      RangeError,
      "specDst must be an IPv4 address",
    );
    assertThrows(() => encodePktinfo(-1), RangeError, "ifindex");
    assertThrows(
      () => encodePktinfo6(0, "host"),
      RangeError,
      "addr must be an IPv6 address",
    );
    assertThrows(() => decodePktinfo(hex("00")), RangeError, "in_pktinfo");
  },
);

Deno.test("timestamps are decoded with each platform's sizes", () => {
  const expected = { seconds: 0x67000000, nanoseconds: 999_999_000 };
  for (const name of ["linux_x86_64", "linux_aarch64", "freebsd"] as const) {
    assertEquals(
      timeval(within(hex("0000006700000000 3f420f0000000000")), layouts[name]),
      expected,
    );
  }
  // On macOS microseconds have 32 bits, followed by four bytes of padding that may hold anything.
  assertEquals(
    timeval(hex("0000006700000000 3f420f00 eeeeeeee"), layouts.darwin),
    expected,
  );
  assertEquals(decodeTimeval(new Uint8Array(16)), {
    seconds: 0,
    nanoseconds: 0,
  });
});

Deno.test({
  ...requires("timestamps with nanoseconds are decoded", needs.posix),
  fn() {
    const before1970 = hex("ffffffffffffffff ffc99a3b00000000");
    assertEquals(decodeTimespec(before1970), {
      seconds: -1,
      nanoseconds: 999_999_999,
    });
    const zero = "0000000000000000 0000000000000000";
    const time = "0100000000000000 0200000000000000";
    assertEquals(decodeTimestamping(within(hex(time + zero + zero))), {
      software: { seconds: 1, nanoseconds: 2 },
      transformed: null,
      hardware: null,
    });
    assertEquals(decodeTimestamping(hex(zero + time + time)).software, null);
    assertEquals(decodeTimestamping(hex(zero + time + time)).hardware, {
      seconds: 1,
      nanoseconds: 2,
    });
    assertThrows(
      () => decodeTimestamping(hex(time + time)),
      RangeError,
      "scm_timestamping",
    );
  },
});

Deno.test(
  requires(
    "sock_extended_err is decoded with the address that reported it",
    linux,
  ),
  () => {
    const fields = "6f000000 02 03 04 00 05000000 06000000";
    const expected = {
      errno: 111,
      origin: 2,
      type: 3,
      code: 4,
      info: 5,
      data: 6,
    };
    const address4 = "0200 0000 0a000001 0000000000000000";
    const address6 =
      "0a00 0000 00000000 fe800000000000000000000000000001 02000000";
    assertEquals(decodeExtendedError(within(hex(fields + address4))), {
      ...expected,
      offender: ["10.0.0.1", 0],
    });
    assertEquals(decodeExtendedError(hex(fields + address6)), {
      ...expected,
      offender: ["fe80::1", 0, 0, 2],
    });
    for (const none of ["", "0200", "0000 0000 00000000 0000000000000000"]) {
      assertEquals(decodeExtendedError(hex(fields + none)).offender, null);
    }
    assertThrows(
      () => decodeExtendedError(hex("00")),
      RangeError,
      "sock_extended_err",
    );
  },
);

Deno.test(
  requires("sock_extended_err is decoded before any socket is made", linux),
  async () => {
    const module = new URL(
      "../../../socket/structures/ancillary.ts",
      import.meta.url,
    );
    const code = `
      const { decodeExtendedError } = await import("${module}");
      for (let family = 0; family < 64; family++) {
        for (let length = 0; length <= 144; length++) {
          const data = new Uint8Array(length).fill(7);
          if (length > 16) data[16] = family;
          if (length > 17) data[17] = 0;
          try {
            decodeExtendedError(data);
          } catch (error) {
            if (length >= 16 || !(error instanceof RangeError)) throw error;
          }
        }
      }
      const link = [17, 0, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
      const data = Uint8Array.of(...new Uint8Array(16), ...link);
      console.log(JSON.stringify(decodeExtendedError(data).offender));`;
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", code],
      stderr: "inherit",
    }).output();
    assert(success);
    assertEquals(text(stdout), '["",2048,0,1,{}]\n');
  },
);

Deno.test("TCP_INFO has the fields within its length, on every platform", () => {
  const bytes = new Uint8Array(280);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  bytes[6] = 0x7a;
  bytes[7] = 0b101;
  view.setUint32(68, 1234, true);
  view.setBigUint64(104, 2n ** 64n - 1n, true);
  view.setUint32(228, 77, true);
  view.setUint32(232, 88, true);
  view.setUint16(278, 9, true);
  const full = tcpInfo(bytes, layouts.linux_x86_64);
  assertEquals([full.tcpi_state, full.tcpi_snd_wscale, full.tcpi_rcv_wscale], [
    1,
    0xa,
    7,
  ]);
  assertEquals([
    full.tcpi_delivery_rate_app_limited,
    full.tcpi_fastopen_client_fail,
  ], [1, 2]);
  assertEquals([full.tcpi_rtt, full.tcpi_pacing_rate, full.tcpi_bytes_acked], [
    1234,
    2n ** 64n - 1n,
    0,
  ]);
  assertEquals([
    full.tcpi_snd_wnd,
    full.tcpi_rcv_wnd,
    full.tcpi_accecn_opt_seen,
  ], [77, 88, 9]);
  const old = tcpInfo(bytes.subarray(0, 107), layouts.linux_x86_64);
  assertEquals([old.tcpi_total_retrans, "tcpi_pacing_rate" in old], [0, false]);
  assertEquals(
    tcpInfo(bytes.subarray(0, 232), layouts.linux_aarch64).tcpi_rcv_wnd,
    undefined,
  );
  assertThrows(
    () => tcpInfo(bytes.subarray(0, 83), layouts.linux_x86_64),
    RangeError,
    "tcp_info",
  );

  const bsd = tcpInfo(bytes.subarray(0, 236), layouts.freebsd);
  assertEquals([bsd.tcpi_snd_wscale, bsd.tcpi_rtt], [0xa, 1234]);
  assertEquals("tcpi_fastopen_client_fail" in bsd, false);
  assertEquals(Object.keys(bsd).filter((name) => name.startsWith("_")), []);

  bytes[1] = 6;
  bytes[2] = 5;
  view.setUint32(44, 4321, true);
  view.setBigUint64(64, 2n ** 53n, true);
  const mac = tcpInfo(bytes.subarray(0, 112), layouts.darwin);
  assertEquals([mac.tcpi_snd_wscale, mac.tcpi_rcv_wscale, mac.tcpi_srtt], [
    6,
    5,
    4321,
  ]);
  assertEquals(mac.tcpi_txbytes, 2n ** 53n);
});

Deno.test(
  requires(
    "TCP_INFO of a live connection counts what was sent",
    needs.attribute("TCP_INFO"),
    linux,
  ),
  () => {
    using pair = tcpPair();
    const { a: client, b: server } = pair;
    client.sendall(new Uint8Array(1000));
    for (let got = 0; got < 1000;) got += server.recv(1000).length;
    const value = client.getsockopt(IPPROTO_TCP, TCP_INFO, 1024);
    const info = decodeTcpInfo(value);
    assertEquals(info.tcpi_state, 1);
    assertEquals(info.tcpi_bytes_sent, 1000);
    assert(
      info.tcpi_rtt! > 0 && info.tcpi_snd_mss! > 500 && info.tcpi_snd_cwnd > 0,
    );
    const late = decodeTcpInfo(client.getsockopt(IPPROTO_TCP, TCP_INFO, 104));
    assertEquals("tcpi_bytes_sent" in late, false);
    assertEquals(
      decodeTcpInfo(server.getsockopt(IPPROTO_TCP, TCP_INFO, 1024))
        .tcpi_bytes_received,
      1000,
    );
  },
);
