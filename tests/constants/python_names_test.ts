/** Every name of Python's `socket` is here. */

import { assert, assertEquals } from "@std/assert";
import errorTexts from "../../constants/error_tab.json" with {
  type: "json",
};
import names from "../../constants/reference/python-socket-names.json" with {
  type: "json",
};
import * as socket from "../../mod.ts";
import { python } from "../support/peer.ts";
import { needs, requires } from "../support/requires.ts";

/** Names that other platforms have. */
const elsewhere: Readonly<Record<string, string>> = {
  fromshare: "Windows",
  share: "Windows",
  ioctl: "Windows",
};

/** Python's classes that have another name here. */
const renamed: Readonly<Record<string, string>> = { socket: "Socket" };

const exported = socket as unknown as Record<string, unknown>;

Deno.test("every function of Python's socket is exported", () => {
  const missing = names.functions.filter((name) =>
    typeof exported[name] !== "function" && !(name in elsewhere)
  );
  assertEquals(missing, []);
});

Deno.test("every class and exception of Python's socket is exported", () => {
  const missing = names.classes_and_exceptions.filter((name) =>
    !["function", "object"].includes(typeof exported[renamed[name] ?? name])
  );
  assertEquals(missing, []);
});

Deno.test("every constant of Python's socket is exported", () => {
  const all = [
    ...names.int_constants,
    ...Object.keys(names.string_constants),
    ...names.bool_constants,
  ];
  assertEquals(all.filter((name) => !(name in exported)), []);
});

Deno.test("every method and attribute of Python's socket object is there", () => {
  using instance = new socket.Socket();
  const missing = [...names.socket_methods, ...names.socket_attributes]
    .filter((name) => !(name in instance) && !(name in elsewhere));
  assertEquals(missing, []);
  // `using` does what __enter__ and __exit__ do; console.log shows what __repr__ does.
  assert(Symbol.dispose in instance);
  assert(Deno.inspect(instance).startsWith("<Socket "));
});

Deno.test("every method of Python's SocketIO is there", () => {
  using instance = new socket.Socket();
  using raw = instance.makefile("rb", 0);
  assert(raw instanceof socket.SocketIO);
  assertEquals(names.socketio_methods.filter((name) => !(name in raw)), []);
});

Deno.test("what is not here is another platform's, by the rule of missing names", () => {
  assertEquals(socket.hasattr("errorTab"), Deno.build.os === "windows");
  assertEquals(socket.isMissing(socket.errorTab), Deno.build.os !== "windows");
  const { windows_only: functions } = names.function_availability;
  const { windows_only: methods } = names.method_availability;
  assertEquals(
    Object.keys(elsewhere).sort(),
    [...functions, ...methods].sort(),
  );
  for (const name of Object.keys(elsewhere)) {
    assertEquals(socket.hasattr(name), Deno.build.os === "windows", name);
  }
});

Deno.test({
  ...requires("errorTab has the texts of Python's", needs.python),
  async fn() {
    // Python has the table on Windows only; here, its lines are run.
    const wanted = await python(`
import json, re, socket
lines = re.findall(r"errorTab\\[\\d+\\] = .*", open(socket.__file__).read())
errorTab = {}
for line in lines:
    exec(line)
print(json.dumps(errorTab))`);
    assertEquals(errorTexts, wanted as typeof errorTexts);
    assertEquals(Object.keys(errorTexts).length > 90, true);
  },
});
