/** The lint plugin: what it reports, what it leaves alone, and what it writes instead. */

import { assertEquals } from "@std/assert";
import plugin from "../../lint.ts";
import { temporaryFolder } from "../support/files.ts";

/** The texts that the rule reports in a program. */
function reported(program: string): string[] {
  return Deno.lint.runPlugin(plugin, "program.ts", program).map(
    ({ id, range }) => {
      assertEquals(id, "socket/empty-bytes-are-true");
      return program.slice(...range);
    },
  );
}

const wrong: [program: string, ...found: string[]][] = [
  ["const data = s.recv(1); if (!data) stop();", "data"],
  ["const data = await s.recv(1); if (!data) stop();", "data"],
  ["for (;;) { const data = s.recv(1); if (!data) break; use(data); }", "data"],
  ["let data; while (true) { data = s.recv(1); if (!data) break; }", "data"],
  ["let data; while ((data = s.recv(1))) use(data);", "data = s.recv(1)"],
  [
    "let data; while ((data = await s.recv(1))) use(data);",
    "data = await s.recv(1)",
  ],
  ["while (s.recv(1)) count++;", "s.recv(1)"],
  ["do {} while (!(await s.recv(1)));", "await s.recv(1)"],
  ["const [data] = s.recvfrom(1); if (data) use(data);", "data"],
  ["const [data, , flags] = await s.recvmsg(1, 2); flags && !data;", "data"],
  ["const [data] = socket.recv_fds(s, 1, 1); if (!data) stop();", "data"],
  ["let data; [data] = s.recvfrom(1); if (!data) stop();", "data"],
  ["const data = s.recvfrom(1)[0]; data ? 1 : 2;", "data"],
  ["const data = s.recv(1); if (a && data || b) use(data);", "data"],
  ["const data = s.recv(1); data && use(data);", "data"],
  ["export const data = s.recv(1); function f() { return !data; }", "data"],
  ["for (let data = s.recv(1); data; data = s.recv(1)) use(data);", "data"],
  ["const data = s?.recv(1) as Uint8Array; !data;", "data"],
  ["const data = recv(1); if (!data || !data) stop();", "data", "data"],
];

const right = [
  "const data = s.recv(1); if (data.length === 0) stop();",
  "const data = s.recv(1); if (!data.length) stop();",
  "const data = s.recv_into(buffer); if (!data) stop();",
  "const line = file.readline(); if (!line) stop();",
  "const data = s.recv(1); const f = (data) => !data;",
  "const data = s.recv(1); { const data = other(); if (!data) stop(); }",
  "const data = s.recv(1); for (const data of all) if (!data) stop();",
  "const data = s.recv(1); try {} catch (data) { if (!data) stop(); }",
  "const [, address] = s.recvfrom(1); if (!address) stop();",
  "const data = s.recv(1); const both = data ?? other;",
  "let data; { let data; data = s.recv(1); use(data); } if (!data) stop();",
  "const { data } = await s.recv(1); if (!data) stop();",
  "if (!unknown) stop();",
];

Deno.test("a test of received bytes for truth is reported", () => {
  for (const [program, ...found] of wrong) {
    assertEquals(reported(program), found, program);
  }
});

Deno.test("what is no test of received bytes is not reported", () => {
  for (const program of right) assertEquals(reported(program), [], program);
});

Deno.test("deno lint runs the plugin from deno.json, and --fix compares the length", () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/program.ts`;
  const program = (test: string, other: string): string =>
    `import s from "s";
for (;;) {
  const data = s.recv(1024);
  if (${test}) break;
  if (${other}) s.sendall(data);
}
`;
  Deno.writeTextFileSync(path, program("!data", "data"));
  const plugins = [new URL("../../lint.ts", import.meta.url).href];
  const config = `${folder.path}/deno.json`;
  Deno.writeTextFileSync(config, JSON.stringify({ lint: { plugins } }));
  const lint = (...args: string[]): boolean =>
    new Deno.Command(Deno.execPath(), {
      args: ["lint", ...args, "program.ts"],
      cwd: folder.path,
    }).outputSync().success;
  assertEquals(lint(), false);
  assertEquals(lint("--fix"), true);
  assertEquals(
    Deno.readTextFileSync(path),
    program("data.length === 0", "data.length > 0"),
  );
});
