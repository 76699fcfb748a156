/** What all examples have in common: wrong arguments, and Ctrl-C. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { beside } from "../support/files.ts";
import { requires } from "../support/requires.ts";
import { Namespaces, namespaces } from "./namespaces.ts";
import { ours } from "./programs.ts";

/** The programs: each is a file, and one a folder. */
function programs(): string[] {
  const files = [...Deno.readDirSync(beside("../examples"))]
    .map(({ name }) => name).filter((name) => name.endsWith(".ts"));
  return [...files, "app/client.ts", "app/server.ts"].toSorted();
}

Deno.test("the README has the command of every example's head", () => {
  const folder = beside("../examples");
  const readme = Deno.readTextFileSync(`${folder}/README.md`);
  for (const name of programs()) {
    if (name === "demo.ts") continue;
    const head = Deno.readTextFileSync(`${folder}/${name}`).split("*/")[0];
    const flags = /deno run ((?:--\S+ )+)\S*examples\//.exec(head)?.[1];
    assertStringIncludes(readme, `deno run ${flags}examples/${name}`);
  }
});

/** Arguments of programs that have options, or need an argument. */
const wrong: Record<string, string[][]> = {
  "app/client": [["a", "1", "b"]],
  "app/server": [[], ["a"]],
  arping: [[], ["lo"]],
  capture: [[], ["lo"], ["lo", "x"], ["-c", "0", "lo", "1"], ["-x"]],
  fd_receiver: [[]],
  fd_sender: [[]],
  file_client: [[]],
  file_server: [[], ["/"]],
  graceful_restart: [[]],
  http_get: [[], ["nothing"], ["https://a/"]],
  http2_client: [[], ["http://a"], ["a", "/"], ["--x", "http://a", "/"]],
  http2_server: [["--cert", "a"], ["--x"]],
  icmp_monitor: [[], ["-i", "x", "a"], ["-w", "0", "a"], ["-x"]],
  mdns: [[], ["query"], ["answer", "a.local"], ["ask", "a.local"], ["-x"]],
  multicast_receiver: [["--ttl", "1"]],
  multicast_sender: [["--ttl", "256"], ["--interface"]],
  multiconn_client: [["a", "1"], ["a", "1", "x"]],
  multiconn_server: [[], ["a"]],
  offer_client: [[]],
  path_mtu: [[], ["-w", "x", "a"], ["-x", "a"]],
  ping: [[], ["-c", "x", "a"], ["-i", "x", "a"], ["-x", "a"]],
  postgres: [[], ["--x", "a"]],
  prefork_server: [["-w", "0"], ["-s", "both"], ["-x"]],
  proxy_protocol: [
    [],
    ["relay"],
    ["proxy", "-v", "3"],
    ["proxy", "a", "1", "b", "x"],
    ["-x"],
  ],
  redis: [["--interface"], ["--x"]],
  sd_notify: [["ready"]],
  sniffer: [["-c", "x"], ["-z"]],
  socket_errors: [
    [],
    ["--host=a", "--port=1"],
    ["--host=a", "--port=1", "--file"],
    ["--host=a", "--port=1", "--file=/", "b"],
    ["--host=a", "--port=1", "--file=/", "--x"],
  ],
  starttls_client: [[]],
  starttls_server: [[], ["a"]],
  syslog: [[], ["-x", "a"]],
  tls_echo_client: [[]],
  tls_echo_server: [[], ["a"]],
  traceroute: [[], ["-m", "0", "a"], ["-w", "x", "a"], ["-x", "a"]],
  tun_ping: [["a"]],
  udp_rate_receiver: [["a"]],
  udp_rate_sender: [["a"], ["batch", "a", "1", "0"]],
  vsock: [[], ["listen"]],
  web_get: [[], ["a"], ["--x", "http://a"]],
  web_server: [["--cert", "a"], ["--x"]],
};

for (const [name, cases] of Object.entries(wrong)) {
  Deno.test(`${name}.ts tells how it is used, with status 2`, async () => {
    const usage = `usage: ${name.replace("app/", "")}.ts `;
    for (const args of cases) {
      await using program = ours(name, args);
      const { code, out, err } = await program.end();
      assertEquals([code, out], [2, ""], `${args}: ${err}`);
      assert(err.startsWith(usage) && /^[^\n]*\n$/.test(err), err);
    }
  });
}

/** Arguments before the port, which is the last. */
const ports: Record<string, string[]> = {
  "app/server": ["127.0.0.1"],
  broadcast_receiver: [],
  broadcast_sender: ["127.0.0.1"],
  echo_client: ["127.0.0.1"],
  echo_client_dual: ["127.0.0.1"],
  echo_handlers: ["127.0.0.1"],
  echo_server: ["127.0.0.1"],
  echo_server_dual: ["127.0.0.1"],
  echo_server_dualstack: [""],
  file_client: ["/dev/null", "127.0.0.1"],
  file_server: [beside("README.md"), "127.0.0.1"],
  graceful_restart: ["/nowhere/control", "127.0.0.1"],
  http_handlers: ["127.0.0.1"],
  http_server: ["127.0.0.1"],
  http2_server: ["127.0.0.1"],
  multicast_receiver: ["239.255.1.1"],
  multicast_sender: ["239.255.1.1"],
  multiconn_server: ["127.0.0.1"],
  offer_server: [],
  path_mtu: ["127.0.0.1"],
  prefork_server: ["127.0.0.1"],
  proxy_protocol: ["server", "127.0.0.1"],
  reconnect_client: ["127.0.0.1"],
  reconnect_server: ["127.0.0.1"],
  redis: ["127.0.0.1"],
  selectors_echo: ["127.0.0.1"],
  transparent_proxy: [],
  udp_client: ["127.0.0.1"],
  udp_rate_receiver: ["plain"],
  udp_rate_sender: ["plain", "127.0.0.1"],
  udp_server: ["127.0.0.1"],
  watchdog: ["127.0.0.1"],
  web_server: ["127.0.0.1"],
  websocket_client: ["127.0.0.1"],
  websocket_server: ["127.0.0.1"],
};

for (const [name, args] of Object.entries(ports)) {
  Deno.test(`${name}.ts names a port that it cannot use`, async () => {
    for (const port of ["x", "65536"]) {
      await using program = ours(name, [...args, port]);
      const { code, err } = await program.end();
      assertEquals(code, 1, err);
      assertMatch(err, /\bport must be\b/);
    }
  });
}

for (
  const [name, args] of [
    ["broadcast_receiver", ["0"]],
    ["capture", ["lo", "1"]],
    ["echo_handlers", ["127.0.0.1", "0"]],
    ["file_server", ["/etc/hosts", "127.0.0.1", "0"]],
    ["http2_server", ["127.0.0.1", "0"]],
    ["http_handlers", ["127.0.0.1", "0"]],
    ["http_server", ["127.0.0.1", "0"]],
    ["interface_watcher", []],
    ["prefork_server", ["127.0.0.1", "0"]],
    ["offer_server", ["0"]],
    ["proxy_protocol", ["server", "127.0.0.1", "0"]],
    ["sniffer", ["lo"]],
    ["transparent_proxy", ["0"]],
    ["udp_server", ["127.0.0.1", "0"]],
    ["web_server", ["127.0.0.1", "0"]],
    ["websocket_server", ["127.0.0.1", "0"]],
  ] as const
) {
  Deno.test({
    ...requires(`${name}.ts ends at Ctrl-C without a word`, namespaces),
    async fn() {
      using network = new Namespaces(1);
      const [namespace] = network.names;
      await using program = ours(name, args, { namespace });
      await program.err.until(/\n/);
      const before = program.err.text;
      program.kill("SIGINT");
      const { signal, out, err } = await program.end();
      assertEquals([signal, err], ["SIGINT", before]);
      // This one begins with what there is.
      if (name !== "interface_watcher") assertEquals(out, "");
    },
  });
}
