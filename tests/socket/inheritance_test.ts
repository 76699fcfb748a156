// Descriptors inherited from a parent, and by children, that are not Deno: they are python3.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { socketpair } from "../../socket/descriptors.ts";
import { beside } from "../support/helpers.ts";

const ignore = !available();
const why = ignore ? " (needs python3)" : "";

function available(): boolean {
  try {
    return new Deno.Command("python3", { args: ["--version"] }).outputSync()
      .success;
  } catch {
    return false;
  }
}

interface Answer {
  answers: string[];
  status: number;
  errors: string;
}

/** Has a parent that is not Deno start an example. */
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
  assertEquals(new TextDecoder().decode(stderr), "");
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test(`activation.ts serves the listeners that it is handed${why}`, {
  ignore,
}, async () => {
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
});

Deno.test(`activation.ts takes no listeners of another process${why}`, {
  ignore,
}, async () => {
  const { status, errors } = await parent("wrong-pid", "activation.ts");
  assertEquals(status, 1);
  assertStringIncludes(errors, "Started by hand");
});

Deno.test(`activation.ts refuses a descriptor that is no socket${why}`, {
  ignore,
}, async () => {
  const { status, errors } = await parent("no-socket", "activation.ts");
  assertEquals(status, 1);
  assertStringIncludes(errors, "Socket operation on non-socket");
});

Deno.test(
  `inetd.ts serves a connection on standard input${why}`,
  { ignore },
  async () => {
    const { answers, status, errors } = await parent("inetd", "inetd.ts");
    assertEquals([answers, status, errors], [["HELLO\nW\u00d6RLD\n"], 0, ""]);
  },
);

Deno.test(`inetd.ts accepts from a listener on standard input${why}`, {
  ignore,
}, async () => {
  const { answers, status, errors } = await parent("inetd-wait", "inetd.ts");
  assertEquals([answers, status, errors], [["HELLO\n"], 0, ""]);
});

Deno.test(
  `inetd.ts refuses standard input that is no socket${why}`,
  { ignore },
  async () => {
    const { status, errors } = await parent("inetd-no-socket", "inetd.ts");
    assertEquals(status, 1);
    assertStringIncludes(errors, "Socket operation on non-socket");
  },
);

/** A child that sends over a descriptor, or says why it cannot. */
const child = `
import socket, sys
try:
    with socket.socket(fileno=int(sys.argv[1])) as sock:
        sock.sendall(b"from the child")
        print(sock.family.name, sock.type.name)
except OSError as error:
    print(error.strerror)
`;

for (const inheritable of [true, false]) {
  Deno.test(
    `a child ${inheritable ? "inherits" : "does not inherit"} a socket that is${
      inheritable ? "" : " not"
    } made inheritable${why}`,
    { ignore },
    async () => {
      const [near, far] = socketpair();
      using _near = near;
      using _far = far;
      if (inheritable) near.set_inheritable(true);
      assertEquals(near.get_inheritable(), inheritable);
      const { stdout } = await new Deno.Command("python3", {
        args: ["-c", child, String(near.fileno())],
      }).output();
      assertEquals(
        new TextDecoder().decode(stdout).trim(),
        inheritable ? "AF_UNIX SOCK_STREAM" : "Bad file descriptor",
      );
      if (inheritable) {
        assertEquals(new TextDecoder().decode(far.recv(100)), "from the child");
      }
    },
  );
}
