/** Ancillary data as bytes: built and parsed for every platform, and never beyond the buffer. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { layouts } from "../../../ffi/layout/all.ts";
import {
  type AncillaryItem,
  ancillaryItems,
  buildControl,
  CMSG_LEN,
  CMSG_SPACE,
  controlLength,
  parseControl,
  walkControl,
} from "../../../socket/operations/ancillary.ts";
import { OSError } from "../../../errors/errors.ts";
import { text } from "../../support/bytes.ts";
import { needs, requires } from "../../support/requires.ts";

const hex = (bytes: Uint8Array) =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

function built(
  items: AncillaryItem[],
  layout: typeof layouts.darwin,
): Uint8Array<ArrayBuffer> {
  const control = new Uint8Array(controlLength(items, layout)).fill(0xee);
  buildControl(items, control, layout);
  return control;
}

const items: AncillaryItem[] = [
  [1, 1, Uint8Array.of(3, 0, 0, 0)],
  [41, -2, Uint8Array.of(1, 2, 3, 4, 5)],
];

const golden = {
  linux_x86_64: "1400000000000000" + "01000000" + "01000000" +
    "0300000000000000" +
    "1500000000000000" + "29000000" + "feffffff" + "0102030405000000",
  linux_aarch64: "1400000000000000" + "01000000" + "01000000" +
    "0300000000000000" +
    "1500000000000000" + "29000000" + "feffffff" + "0102030405000000",
  darwin: "10000000" + "01000000" + "01000000" + "03000000" +
    "11000000" + "29000000" + "feffffff" + "0102030405000000",
  freebsd: "14000000" + "01000000" + "01000000" + "00000000" +
    "0300000000000000" +
    "15000000" + "29000000" + "feffffff" + "00000000" + "0102030405000000",
} as const;

Deno.test("ancillary data is built with each platform's alignment, and read back", async (t) => {
  for (const [platform, bytes] of Object.entries(golden)) {
    await t.step(platform, () => {
      const layout = layouts[platform as keyof typeof golden];
      const control = built(items, layout);
      assertEquals(hex(control), bytes);
      assertEquals(parseControl(control, control.length, layout), items);
    });
  }
});

Deno.test("an item that the end of the buffer cuts is the last, with what is there of it", () => {
  const layout = layouts.linux_x86_64;
  const control = built(items, layout);
  assertEquals(parseControl(control, 24 + 16 + 2, layout), [
    items[0],
    [41, -2, Uint8Array.of(1, 2)],
  ]);
  assertEquals(parseControl(control, 24 + 15, layout), [items[0]]);
  assertEquals(parseControl(control, 0, layout), []);
  assertEquals(parseControl(control, 1000, layout), items);
});

Deno.test("a cmsg_len that lies neither reaches beyond the buffer nor loops", () => {
  for (const platform of ["linux_x86_64", "darwin", "freebsd"] as const) {
    const layout = layouts[platform];
    const { header } = layout.cmsg;
    const wide = layout.cmsghdr.cmsg_len.size === 8;
    for (
      const lie of [
        0n,
        1n,
        BigInt(header) - 1n,
        0x7fffffffn,
        0xffffffffn,
        2n ** 64n - 1n,
      ]
    ) {
      const control = built([items[0]], layout);
      const view = new DataView(control.buffer);
      if (wide) view.setBigUint64(0, lie, true);
      else view.setUint32(0, Number(BigInt.asUintN(32, lie)), true);
      const expected = BigInt.asUintN(wide ? 64 : 32, lie) < header
        ? []
        : [[1, 1, control.slice(header)]];
      assertEquals(
        parseControl(control, control.length, layout),
        expected as AncillaryItem[],
      );
    }
  }
});

Deno.test("the walker stays inside the buffer and ends, whatever the bytes", () => {
  let seed = 42;
  const random = (n: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor(seed / 2 ** 32 * n);
  };
  for (let round = 0; round < 20_000; round++) {
    const layout =
      layouts[(["linux_x86_64", "darwin", "freebsd"] as const)[random(3)]];
    // A part of a larger buffer, so that a read beyond it shows as a wrong offset, not as a crash.
    const around = Uint8Array.from({ length: 160 }, () => random(256));
    const offset = random(16), size = random(129), length = random(200);
    const control = around.subarray(offset, offset + size);
    // Small lengths make long walks. Random lengths end at once.
    for (let at = 0; at + 8 <= size; at += 8) {
      if (random(2)) control.fill(0, at, at + 8)[at] = random(40);
    }
    const limit = Math.min(size, length);
    let visits = 0, last = 0;
    walkControl(control, length, layout, (_level, _type, start, end) => {
      visits++;
      assert(
        start >= last + layout.cmsg.header && start <= end && end <= limit,
      );
      last = start;
    });
    assert(visits <= limit / layout.cmsg.header);
  }
});

Deno.test({
  ...requires(
    "CMSG_LEN() and CMSG_SPACE() are Python's, with its bounds",
    needs.python,
  ),
  async fn() {
    const lengths = [
      0,
      1,
      4,
      8,
      9,
      12,
      2 ** 31 - 1 - 16,
      2 ** 31 - 16,
      2 ** 31 - 1 - 24,
      2 ** 31 - 24,
    ];
    const { success, stdout } = await new Deno.Command("python3", {
      args: [
        "-c",
        `import socket, json
def call(f, n):
    try: return f(n)
    except OverflowError: return "out of range"
print(json.dumps([[call(socket.CMSG_LEN, n), call(socket.CMSG_SPACE, n)] for n in ${
          JSON.stringify([...lengths, -1])
        }]))`,
      ],
    }).output();
    assert(success);
    const call = (f: (n: number) => number, n: number) => {
      try {
        return f(n);
      } catch (error) {
        assert(error instanceof RangeError);
        return "out of range";
      }
    };
    assertEquals(
      [...lengths, -1].map((n) => [call(CMSG_LEN, n), call(CMSG_SPACE, n)]),
      JSON.parse(text(stdout)),
    );
    assertThrows(() => CMSG_LEN(1.5), TypeError, "length");
  },
});

Deno.test("ancillary data of the wrong shape is refused with its place", () => {
  const bad: [unknown, new (...args: never[]) => Error, string][] = [
    [5, TypeError, "ancdata must be an iterable, not 5"],
    [null, TypeError, "ancdata must be an iterable, not null"],
    ["text", TypeError, "ancdata must be an iterable, not string"],
    [
      [5],
      TypeError,
      "ancdata[0] must be [cmsg_level, cmsg_type, cmsg_data], not 5",
    ],
    [
      [[1, 2]],
      TypeError,
      "ancdata[0] must be [cmsg_level, cmsg_type, cmsg_data], not an array of 2",
    ],
    [
      [[1, 1, new Uint8Array()], [1, 2, 3]],
      TypeError,
      "ancdata[1]: cmsg_data must be bytes",
    ],
    [
      [["1", 2, new Uint8Array()]],
      TypeError,
      "ancdata[0]: cmsg_level must be an integer",
    ],
    [
      [[1, 2 ** 40, new Uint8Array()]],
      RangeError,
      "ancdata[0]: cmsg_type must be",
    ],
  ];
  for (const [ancdata, type, message] of bad) {
    assertThrows(() => ancillaryItems(ancdata), type, message);
  }
  assertEquals(ancillaryItems(new Set([[1, 2, new ArrayBuffer(1)]])), [
    [1, 2, new Uint8Array(1)],
  ]);
});

Deno.test("ancillary data beyond what a socklen_t can say is refused", () => {
  const huge: AncillaryItem = [
    1,
    1,
    { byteLength: 2 ** 30 } as Uint8Array<ArrayBuffer>,
  ];
  assertThrows(
    () => controlLength([huge, huge], layouts.linux_x86_64),
    OSError,
    "too much ancillary data",
  );
});
