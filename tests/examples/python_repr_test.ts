// What the examples print in Python's manner is what Python prints.

import { assertEquals } from "@std/assert";
import { repr, str, tuple } from "../../examples/app/python_repr.ts";
import { python } from "../support/peer.ts";
import { needs, requires } from "../support/requires.ts";

const values = [
  null,
  true,
  [false, 0, -1, 1.5],
  { "a'b": ['"', "'", "'\""], nested: { empty: {}, list: [] } },
  "tab\tline\nreturn\rback\\slash\0\x1b\x7f",
  "non\u{a0}breaking \u{ad} \u{200b} \u{2028} \u{feff} \u{e001} \u{e0001}",
  "Grüße, 世界 \u{1f430}",
];

Deno.test({
  ...requires("repr() and str() give what Python's give", needs.python),
  async fn() {
    const program = `import json, sys
print(json.dumps([[repr(value), str(value)] for value in json.load(sys.stdin)]))`;
    assertEquals(
      values.map((value) => [repr(value), str(value)]),
      await python(program, values),
    );
  },
});

Deno.test({
  ...requires("repr() of bytes gives what Python's gives", needs.python),
  async fn() {
    const all = Array.from({ length: 256 }, (_, byte) => byte);
    const each = [all, [], [39], [34], [34, 39]];
    assertEquals(
      each.map((bytes) => repr(Uint8Array.from(bytes))),
      await python(
        "import json, sys; print(json.dumps([repr(bytes(b)) for b in json.load(sys.stdin)]))",
        each,
      ),
    );
  },
});

Deno.test({
  ...requires(
    "tuple() gives what Python's repr() gives of a tuple",
    needs.python,
  ),
  async fn() {
    const addresses = [["127.0.0.1", 80], ["::1", 80, 0, 0], ["can0"], []];
    assertEquals(
      addresses.map(tuple),
      await python(
        "import json, sys; print(json.dumps([repr(tuple(a)) for a in json.load(sys.stdin)]))",
        addresses,
      ),
    );
  },
});
