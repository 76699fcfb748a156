/** The examples that serve one client, and end. */

import { Program } from "../../examples/programs.ts";
import { utf8 } from "../../support/bytes.ts";
import { beside } from "../../support/files.ts";
import { needs } from "../../support/requires.ts";
import type { Target } from "./attack.ts";

/** Starts a program with a listener, as inetd or systemd does, and says its port. */
const LAUNCHER = `
import os, socket, sys
kind, *command = sys.argv[1:]
listener = socket.create_server(("127.0.0.1", 0))
print("Listening on", ("127.0.0.1", listener.getsockname()[1]), flush=True)
place = 0 if kind == "inetd" else 3
if listener.fileno() != place:
    os.dup2(listener.fileno(), place)
os.set_inheritable(place, True)
if kind == "systemd":
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execvp(command[0], command)
`;

const common = {
  request: utf8("honest\n"),
  hostile: (random) => random.bytes(random.below(100_000)),
  staying: 0,
  servesOne: true,
} satisfies Partial<Target>;

function launched(
  name: string,
  kind: "inetd" | "systemd",
  answer: string,
): Target {
  return {
    ...common,
    name,
    args: [],
    answer,
    start: () =>
      new Program([
        "python3",
        "-c",
        LAUNCHER,
        kind,
        ...[Deno.execPath(), "run", "--no-prompt", "--allow-ffi"],
        ...["--allow-env", beside(`../examples/${name}.ts`)],
      ]),
  };
}

/** These servers, as far as this machine can start them. */
export function singles(): Target[] {
  const echo = { ...common, answer: "honest" };
  return [
    { ...echo, name: "echo_server", args: ["127.0.0.1", "0"] },
    { ...echo, name: "echo_server_dual", args: ["127.0.0.1", "0"] },
    { ...echo, name: "echo_server_dualstack", args: ["", "0"] },
    ...needs.python.isMet && needs.linux.isMet
      ? [
        launched("inetd", "inetd", "HONEST"),
        launched("activation", "systemd", "honest"),
      ]
      : [],
  ];
}
