/** The HTTP examples with other programs: curl, nginx, Python's `http.server`. */

import { assert, assertEquals } from "@std/assert";
import { Namespaces, namespaces } from "../examples/namespaces.ts";
import { installed, ours, Program } from "../examples/programs.ts";
import { temporaryFolder } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";

Deno.test({
  ...requires("curl is served by http_server.ts", installed("curl")),
  async fn() {
    await using server = ours("http_server", ["127.0.0.1", "0"]);
    const url = `http://127.0.0.1:${await server.port()}/page?a=b`;
    const curl = async (...args: string[]) => {
      await using program = new Program(["curl", "-sS", ...args, url]);
      return await program.end();
    };
    const page = await curl("-A", "test/1");
    assertEquals([page.code, page.err], [0, ""]);
    const [first, ...headers] = page.out.trimEnd().split("\n");
    assertEquals(first, "You asked for /page?a=b");
    assert(headers.includes("User-Agent: test/1"), page.out);

    const refused = await curl("-i", "-d", "data");
    assert(refused.out.startsWith("HTTP/1.0 405 Method Not Allowed\r\n"));
    assert(refused.out.endsWith("\r\n\r\nNo POST here\n"), refused.out);
  },
});

/** A page of many lines, and larger than any buffer. */
const page = Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`).join("");

const nginx = (folder: string): string => `
daemon off; master_process off; user root;
pid ${folder}/pid; error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/1; proxy_temp_path ${folder}/2;
  fastcgi_temp_path ${folder}/3; uwsgi_temp_path ${folder}/4; scgi_temp_path ${folder}/5;
  server { listen 127.0.0.1:8080; root ${folder}; }
}
`;

/** Fetches the page, and a page that does not exist. */
async function fetchFrom(url: string, namespace?: string): Promise<void> {
  await using found = ours("http_get", [`${url}/page`], { namespace });
  const { code, out, err } = await found.end();
  assert(/^HTTP\/1\.[01] 200 OK\n/.test(err), err);
  assert(err.includes(`\nContent-Length: ${page.length}\n`), err);
  assert(out === page, `${out.length} of ${page.length} characters`);
  assertEquals(code, 0);
  await using none = ours("http_get", [`${url}/none`], { namespace });
  const { code: failed, err: why } = await none.end();
  assert(/^HTTP\/1\.[01] 404 /.test(why), why);
  assertEquals(failed, 1);
}

Deno.test({
  ...requires(
    "nginx serves http_get.ts",
    installed("nginx"),
    namespaces,
  ),
  async fn() {
    using folder = temporaryFolder();
    Deno.writeTextFileSync(`${folder.path}/page`, page);
    Deno.writeTextFileSync(`${folder.path}/conf`, nginx(folder.path));
    // Nginx cannot report a port that the system chose. In its own network every port is free.
    using network = new Namespaces(1);
    const [namespace] = network.names;
    await using server = new Program(
      ["nginx", "-c", `${folder.path}/conf`, "-g", "error_log stderr notice;"],
      { namespace },
    );
    await server.err.until(/using the "\w+" event method/);
    await fetchFrom("http://127.0.0.1:8080", namespace);
    server.kill("SIGTERM");
    await server.end();
  },
});

Deno.test({
  ...requires("Python's http.server serves http_get.ts", needs.python),
  async fn() {
    using folder = temporaryFolder();
    Deno.writeTextFileSync(`${folder.path}/page`, page);
    await using server = new Program([
      "python3",
      ...["-m", "http.server", "-b", "127.0.0.1", "-d", folder.path, "0"],
    ]);
    const [, url] = await server.out.until(/\((http:\S+?)\/\)/);
    await fetchFrom(url);
  },
});
