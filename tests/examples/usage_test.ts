/** What all examples have in common: wrong arguments, and Ctrl-C. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { beside } from "../support/files.ts";
import { requires } from "../support/requires.ts";
import { Namespaces, namespaces } from "./namespaces.ts";
import { ours } from "./programs.ts";

Deno.test("the README has the command of every example's head", () => {
  const folder = beside("../examples");
  const readme = Deno.readTextFileSync(`${folder}/README.md`);
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.endsWith(".ts") || name === "demo.ts") continue;
    const head = Deno.readTextFileSync(`${folder}/${name}`).split("*/")[0];
    const flags = /deno run ((?:--\S+ )+)\S*examples\//.exec(head)?.[1];
    assertStringIncludes(readme, `deno run ${flags}examples/${name}`);
  }
});

const wrong: Record<string, string[][]> = {
  app_client: [["a", "1", "b"], ["a", "x", "b", "c"], [
    "a",
    "1",
    "b",
    "c",
    "d",
  ]],
  app_server: [[], ["a", "x"], ["a", "1", "b"]],
  arping: [[], ["lo"], ["lo", "10.0.0.1", "x"]],
  broadcast_receiver: [["x"], ["1", "2"]],
  broadcast_sender: [["a", "65536"], ["a", "1", "x"]],
  can: [["a", "b"]],
  capture: [[], ["lo"], ["lo", "x"], ["-c", "0", "lo", "1"], ["-x"]],
  echo_client: [["a", "x"], ["a", "1", "b"]],
  echo_client_dual: [["a", "x"], ["a", "1", "b"]],
  echo_handlers: [["a", "x"], ["a", "1", "b"]],
  echo_server: [["a", "x"], ["a", "1", "b"]],
  echo_server_dual: [["a", "x"], ["a", "1", "b"]],
  echo_server_dualstack: [["a", "x"], ["a", "1", "b"]],
  fd_receiver: [[], ["a", "b"]],
  fd_sender: [[], ["a", "b", "c"], ["a", "b", "1", "d"]],
  file_client: [[], ["a", "b", "-1"], ["a", "b", "1", "d"]],
  file_server: [[], ["/", "b", "1"], ["a", "b", "c", "d"]],
  graceful_restart: [[], ["a", "b", "x"], ["a", "b", "1", "c"]],
  http_get: [[], ["nothing"], ["https://a/"], ["http://a/", "b"]],
  http_handlers: [["a", "b"], ["a", "1", "c"]],
  http_server: [["a", "b"], ["a", "1", "c"]],
  http2_client: [[], ["http://a"], ["a", "/"], ["--x", "http://a", "/"]],
  http2_server: [["--cert", "a"], ["a", "b"], ["a", "1", "c"]],
  icmp_monitor: [[], ["-i", "x", "a"], ["-w", "0", "a"], ["-x"]],
  interface_watcher: [["a"]],
  mdns: [
    [],
    ["query"],
    ["query", "a.local", "1.2.3.4"],
    ["answer", "a.local"],
    ["answer", "a.local", "x"],
    ["ask", "a.local"],
  ],
  multicast_receiver: [["--ttl", "1"], ["a", "b"], ["a", "1", "c"]],
  multicast_sender: [["--ttl", "256"], ["--interface"], ["a", "b"]],
  multiconn_client: [["a", "1"], ["a", "x", "1"], ["a", "1", "x"], [
    "a",
    "1",
    "1",
    "b",
  ]],
  multiconn_server: [[], ["a"], ["a", "65536"], ["a", "1", "b"]],
  offer_client: [[], ["lo", "x"], ["lo", "1", "a"]],
  offer_server: [["x"], ["1", "a"]],
  path_mtu: [[], ["-w", "x", "a"], ["a", "x"], ["a", "1", "b"]],
  ping: [[], ["-c", "x", "a"], ["-i", "x", "a"], ["a", "b"]],
  postgres: [[], ["a", "b"], ["--x", "a"]],
  prefork_server: [["-w", "0"], ["-s", "both"], ["a", "b"], ["a", "1", "c"]],
  proxy_protocol: [
    [],
    ["relay"],
    ["server", "a", "x"],
    ["server", "a", "1", "b"],
    ["proxy", "-v", "3"],
    ["proxy", "a", "1", "b", "x"],
    ["proxy", "a", "1", "b", "2", "c"],
  ],
  reconnect_client: [["a", "x"], ["a", "1", "b"]],
  reconnect_server: [["a", "x"], ["a", "1", "b"]],
  redis: [["a", "b"], ["a", "1", "c"], ["--interface"]],
  sd_notify: [["ready"]],
  selectors_echo: [["a", "x"], ["a", "1", "b"]],
  sniffer: [["-c", "x"], ["a", "b"], ["-z"]],
  socket_errors: [
    [],
    ["--host=a", "--port=1"],
    ["--host=a", "--port=x", "--file=/"],
    ["--host=a", "--port=1", "--file"],
    ["--host=a", "--port=1", "--file=/", "b"],
    ["--host=a", "--port=1", "--file=/", "--x"],
  ],
  starttls_client: [[], ["a", "b", "c"], ["a", "b", "1", "c"]],
  starttls_server: [[], ["a"], ["a", "b", "c"], ["a", "b", "1", "c"]],
  syslog: [[], ["-x", "a"]],
  transparent_proxy: [["x"], ["1", "a"]],
  traceroute: [[], ["-m", "0", "a"], ["-w", "x", "a"], ["a", "b"]],
  tun_ping: [["a"], ["10.77.0.1", "b"]],
  udp_client: [["a", "b"], ["a", "1", "c", "d"]],
  udp_rate_receiver: [["a"], ["batch", "x"], ["batch", "1", "b"]],
  udp_rate_sender: [["a"], ["batch", "a", "x"], ["batch", "a", "1", "0"]],
  udp_server: [["a", "b"], ["a", "1", "c"]],
  vsock: [[], ["serve", "x"], ["serve", "1", "a"], ["send", "x"]],
  watchdog: [["a", "x"], ["a", "1", "b"]],
  web_get: [[], ["a"], ["--x", "http://a"]],
  web_server: [["--cert", "a"], ["a", "b"], ["a", "1", "c"]],
  websocket_client: [["a", "b"], ["a", "1", "c"]],
  websocket_server: [["a", "b"], ["a", "1", "c"]],
};

for (const [name, cases] of Object.entries(wrong)) {
  Deno.test(`${name}.ts tells how it is used, with status 2`, async () => {
    for (const args of cases) {
      await using program = ours(name, args);
      const { code, out, err } = await program.end();
      assertEquals([code, out], [2, ""], `${args}: ${err}`);
      assertMatch(
        err,
        new RegExp(
          `^usage: deno run --allow-(ffi|all).* examples/${name}.ts.*\n$`,
        ),
      );
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
