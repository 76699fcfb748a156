/** Descriptors inherited from a parent, and by children, that are python3 instead of Deno. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { text } from "../support/bytes.ts";
import { beside } from "../support/files.ts";
import { socketPair } from "../support/pairs.ts";

interface Answer {
  answers: string[];
  status: number;
  errors: string;
}

/** Has a Python program start an example. */
async function parent(what: string, example: string): Promise<Answer> {
  const { stdout, stderr } = await new Deno.Command("python3", {
    args: [
      beside("interop/parent.py"),
      what,
      Deno.execPath(),
      "run",
      "--no-prompt",
      "--allow-ffi",
      "--allow-env",
      beside(`../examples/${example}`),
    ],
    env: { NO_COLOR: "1" },
    stderr: "piped",
  }).output();
  assertEquals(text(stderr), "");
  return JSON.parse(text(stdout));
}

Deno.test(
  requires(
    `activation.ts serves the listeners that it is handed`,
    needs.python,
  ),
  async () => {
    const { answers, status, errors } = await parent(
      "activation",
      "activation.ts",
    );
    assertEquals(
      answers,
      ["This is web\none\ntwo\n", "This is control\nthree\n"],
      errors,
    );
    assertEquals(status, 0);
    assertStringIncludes(
      errors,
      "web is <Socket fd=3, family=AF_INET, type=SOCK_STREAM",
    );
    assertStringIncludes(
      errors,
      "control is <Socket fd=4, family=AF_UNIX, type=SOCK_STREAM",
    );
  },
);

Deno.test(
  requires(`activation.ts takes no listeners of another process`, needs.python),
  async () => {
    const { status, errors } = await parent("wrong-pid", "activation.ts");
    assertEquals(status, 1);
    assertStringIncludes(errors, "Started by hand");
  },
);

Deno.test(
  requires(
    `activation.ts refuses a descriptor that is no socket`,
    needs.python,
  ),
  async () => {
    const { status, errors } = await parent("no-socket", "activation.ts");
    assertEquals(status, 1);
    assertStringIncludes(errors, "Socket operation on non-socket");
  },
);

Deno.test(
  requires(`inetd.ts serves a connection on standard input`, needs.python),
  async () => {
    const { answers, status, errors } = await parent("inetd", "inetd.ts");
    assertEquals([answers, status, errors], [["HELLO\nW\u00d6RLD\n"], 0, ""]);
  },
);

Deno.test(
  requires(`inetd.ts accepts from a listener on standard input`, needs.python),
  async () => {
    const { answers, status, errors } = await parent("inetd-wait", "inetd.ts");
    assertEquals([answers, status, errors], [["HELLO\n"], 0, ""]);
  },
);

Deno.test(
  requires(`inetd.ts refuses standard input that is no socket`, needs.python),
  async () => {
    const { status, errors } = await parent("inetd-no-socket", "inetd.ts");
    assertEquals(status, 1);
    assertStringIncludes(errors, "Socket operation on non-socket");
  },
);

/** A child that sends over a descriptor, or prints why it cannot. */
const child = `
import socket, sys
try:
    with socket.socket(fileno=int(sys.argv[1])) as sock:
        sock.sendall(b"from the child")
        print(sock.family.name, sock.type.name)
except OSError as error:
    print(error.strerror)
`;
import { needs, requires } from "../support/requires.ts";

for (const inheritable of [true, false]) {
  Deno.test(
    requires(
      `a child ${
        inheritable ? "inherits" : "does not inherit"
      } a socket that is${inheritable ? "" : " not"} made inheritable`,
      needs.python,
    ),
    async () => {
      using pair = socketPair();
      const { a, b } = pair;
      if (inheritable) a.set_inheritable(true);
      assertEquals(a.get_inheritable(), inheritable);
      const { stdout } = await new Deno.Command("python3", {
        args: ["-c", child, String(a.fileno())],
      }).output();
      assertEquals(
        text(stdout).trim(),
        inheritable ? "AF_UNIX SOCK_STREAM" : "Bad file descriptor",
      );
      if (inheritable) {
        assertEquals(text(b.recv(100)), "from the child");
      }
    },
  );
}
