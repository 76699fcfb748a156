/** The reference: what `deno doc` and the site that `deno task site` builds make of the sources. */

import { categories } from "../docs/site/pages.ts";
import { pathToFileURL } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { browser, BrowserPage } from "./support/browser.ts";
import { text } from "./support/bytes.ts";
import { beside, temporaryFolder } from "./support/files.ts";
import { need, requires } from "./support/requires.ts";

/** The doors, as deno.json lists them. */
const doors: string[] = Object.values(
  JSON.parse(Deno.readTextFileSync(beside("../deno.json"))).exports,
);

/** Where a declaration stands. */
interface Location {
  filename: string;
  line: number;
}

/** What `deno doc --json` says of an export, as far as the tests read it. */
interface DocumentedExport {
  name: string;
  declarations: {
    location: Location;
    /** `reference`: what another door, or another name of this one, documents. */
    kind: string;
    def?: { target?: Location; methods?: DocumentedMethod[] };
    jsDoc?: Documentation;
  }[];
}

/** A documentation comment. */
interface Documentation {
  doc?: string;
  tags?: { kind: string; doc?: string }[];
}

/** A method of an exported class. */
interface DocumentedMethod {
  name: string;
  jsDoc?: Documentation;
}

/** A place in the sources, as a key. */
const place = ({ filename, line }: Location) => `${filename}:${line}`;

/** The exports of each door, by its URL. */
async function documented(): Promise<Record<string, DocumentedExport[]>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "--no-lock", ...doors],
    cwd: beside("../"),
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(text(stderr));
  const { nodes } = JSON.parse(text(stdout)) as {
    nodes: Record<string, { symbols: DocumentedExport[] }>;
  };
  return Object.fromEntries(
    Object.entries(nodes).map(([url, { symbols }]) => [url, symbols]),
  );
}

Deno.test("every export has a category", async () => {
  const wrong: string[] = [];
  const exports = Object.entries(await documented());
  const documentedAt = new Set(
    exports.flatMap(([, symbols]) =>
      symbols.flatMap(({ declarations }) =>
        declarations.filter(({ kind }) => kind !== "reference")
          .map(({ location }) => place(location))
      )
    ),
  );
  for (const [url, symbols] of exports) {
    const door = url.slice(url.lastIndexOf("/") + 1);
    for (const { name, declarations } of symbols) {
      if (
        declarations.every(({ def }) =>
          def?.target && documentedAt.has(place(def.target))
        )
      ) continue;
      const category = declarations.flatMap(({ jsDoc }) => jsDoc?.tags ?? [])
        .find(({ kind }) => kind === "category")?.doc?.trim() ?? "none";
      if (
        !categories.includes(category) &&
        !/^Constants: ([A-Z0-9]+_|other)$/.test(category)
      ) wrong.push(`${name} of ${door}: ${category}`);
    }
  }
  assertEquals(wrong, []);
});

/** Python's names, as the lists of the generator have them. */
const python: { functions: string[]; socket_methods: string[] } = JSON.parse(
  Deno.readTextFileSync(
    beside("../constants/reference/python-socket-names.json"),
  ),
);

/** What Python has but does not document. */
const undocumented = ["dup", "_accept", "_decref_socketios", "_real_close"];

/** Functions of Python's that call none of C's, or none that has a page. */
const withoutManPage = [
  ...["fromshare", "getdefaulttimeout", "setdefaulttimeout"],
  ...["detach", "fileno", "getblocking", "gettimeout", "setblocking"],
  ...["settimeout", "share", "makefile", "ioctl"],
];

Deno.test("each function of Python's names its entry there, and its man page", async () => {
  const exports = await documented();
  const wrong: string[] = [];
  const check = (name: string, entry: string, docs: Documentation[]) => {
    const text = docs.flatMap(({ doc, tags }) => [
      doc ?? "",
      ...tags?.map(({ doc }) => doc ?? "") ?? [],
    ]).join("\n");
    if (docs.length === 0) wrong.push(`${name} is not documented`);
    if (
      !undocumented.includes(name) && !text.includes(`socket.html#${entry}}`)
    ) wrong.push(`${name} does not name ${entry}`);
    if (!withoutManPage.includes(name) && !/\b\w+\([2378]\)/.test(text)) {
      wrong.push(`${name} names no man page`);
    }
  };
  const all = Object.values(exports).flat()
    .flatMap(({ name, declarations }) =>
      declarations.map((declaration) => ({ name, ...declaration }))
    );
  for (const name of python.functions) {
    // Some have an awaiting form beside the blocking one, which documents itself.
    const forms = Map.groupBy(
      all.filter(({ name: own, kind }) => own === name && kind === "function"),
      ({ location }) => location.filename,
    );
    if (forms.size === 0) check(name, `socket.${name}`, []);
    for (const overloads of forms.values()) {
      check(
        name,
        `socket.${name}`,
        overloads.flatMap(({ jsDoc }) => jsDoc ?? []),
      );
    }
  }
  const classes = [["SocketBase", "mod.ts"], ["SocketType", "mod.ts"], [
    "AsyncSocketBase",
    "async.ts",
  ], ["SocketType", "async.ts"]];
  for (const [owner, door] of classes) {
    const [, symbols] = Object.entries(exports)
      .find(([url]) => url.endsWith(`/${door}`))!;
    const methods = symbols.find(({ name }) => name === owner)!.declarations
      .flatMap(({ def }) => def?.methods ?? []);
    for (const [name, forms] of Map.groupBy(methods, ({ name }) => name)) {
      if (!python.socket_methods.includes(name)) continue;
      check(
        name,
        `socket.socket.${name}`,
        forms.flatMap(({ jsDoc }) => jsDoc ?? []),
      );
    }
  }
  assertEquals(wrong, []);
});

/** The TypeScript files of a folder, by their paths from the root. */
function sourcesIn(folder: string): string[] {
  return [...Deno.readDirSync(beside(`../${folder}`))].flatMap(
    ({ name, isDirectory }) =>
      isDirectory
        ? sourcesIn(`${folder}/${name}`)
        : name.endsWith(".ts")
        ? [`${folder}/${name}`]
        : [],
  );
}

Deno.test("examples import the package by its name", () => {
  const rooms = ["async", "bytes", "constants", "errors", "netlink", "node"];
  rooms.push("poll", "selectors", "socket");
  const door = String.raw`"(\.\.?/)+(${
    doors.map((path) => path.replace(/^\.\/|\.ts$/g, "")).join("|")
  })\.ts"`;
  const inComment = new RegExp(String.raw`^ *\*.*(from |import\()${door}`);
  const inCode = new RegExp(String.raw`^[^*]*(from |import\()${door}`);
  const wrong = [
    ...[...doors, ...rooms.flatMap(sourcesIn)].map((path) =>
      [path, inComment] as const
    ),
    ...["examples", "docs/cookbook"].flatMap(sourcesIn).map((path) =>
      [path, inCode] as const
    ),
  ].flatMap(([path, pattern]) =>
    Deno.readTextFileSync(beside(`../${path}`)).split("\n")
      .filter((line) => pattern.test(line)).map((line) => `${path}: ${line}`)
  );
  assertEquals(wrong, []);
});

/** The site, built once for all tests. */
class Site implements Disposable {
  readonly #folder = temporaryFolder();
  /** Where it lies. */
  readonly path = `${this.#folder.path}/site`;

  constructor() {
    const { success, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", beside("../docs/site/build.ts"), this.path],
      env: { NO_COLOR: "1" },
    }).outputSync();
    if (!success) throw new Error(text(stderr));
  }

  /** Its files by their paths, and how many bytes each has. */
  files(folder = ""): Map<string, number> {
    return new Map(
      [...Deno.readDirSync(`${this.path}/${folder}`)].flatMap(
        ({ name, isDirectory }) =>
          isDirectory ? [...this.files(`${folder}${name}/`)] : [[
            folder + name,
            Deno.statSync(`${this.path}/${folder}${name}`).size,
          ]],
      ),
    );
  }

  read(file: string): string {
    return Deno.readTextFileSync(`${this.path}/${file}`);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

Deno.test("the site has every export, leads nowhere else, and is small", async (t) => {
  using site = new Site();
  const files = site.files();

  await t.step("its size is sane", () => {
    const bytes = [...files.values()].reduce((sum, size) => sum + size);
    assert(files.size < 1_500, `${files.size} files`);
    assert(bytes < 20e6, `${bytes} bytes`);
  });

  await t.step("every export is found", async () => {
    const index = site.read("search_index.js");
    const { nodes } = JSON.parse(
      index.slice(index.indexOf("{"), index.lastIndexOf("}") + 1),
    ) as { nodes: { name: string; url: string }[] };
    const found = new Set(nodes.map(({ name }) => name));
    // Second names of what has a page.
    const aliases = ["socket", "SocketType", "error", "timeout"];
    const missing = Object.values(await documented()).flat()
      .map(({ name }) => name)
      .filter((name) => !found.has(name) && !aliases.includes(name));
    assertEquals(missing, []);
    const lost = nodes.map(({ url }) => decodeURI(url.replace(/#.*/, "")))
      .filter((page) => !files.has(page));
    assertEquals(lost, []);
  });

  await t.step("the front page lists exports by category", () => {
    const front = site.read("index.html");
    const rows = [...front.matchAll(
      /<h2 id="[^"]*">([^<]*)<\/h2>|<tr><td><a href="([^"]*)"/g,
    )].map(([, category, page]) => category ?? page);
    const listed = categories.filter((category) => category !== "Constants");
    assertEquals(listed.filter((name) => !rows.includes(name)), []);
    const after = (page: string) =>
      rows.slice(0, rows.indexOf(page)).findLast((row) => !row.includes("~/"));
    assertEquals(after("~/create_server.html"), "Sockets");
    assertEquals(after("async/~/create_server.html"), "Awaiting");
    assertEquals(after("~/OSError.html"), "Errors");
  });

  await t.step("what both classes inherit is on their pages", () => {
    const pages = ["~/Socket.html", "async/~/AsyncSocket.html"];
    const methods = ["bind", "listen", "setsockopt", "close", "recv", "accept"];
    for (const page of pages) {
      const html = site.read(page);
      assertEquals(
        methods.filter((name) => !html.includes(`id="method_${name}_0"`)),
        [],
        page,
      );
    }
  });

  await t.step("links lead somewhere, none to this machine", () => {
    const ids = new Map<string, Set<string>>();
    const idsOf = (page: string) => {
      const known = ids.get(page) ??
        new Set(
          [...site.read(page).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id),
        );
      ids.set(page, known);
      return known;
    };
    const wrong: string[] = [];
    for (const page of files.keys()) {
      if (!page.endsWith(".html")) continue;
      const html = site.read(page);
      for (const [, link] of html.matchAll(/(?:href|src)="([^"]*)"/g)) {
        if (/^https?:/.test(link)) continue;
        const { protocol, pathname, hash } = new URL(
          link.replaceAll("&amp;", "&"),
          `file:///${page.split("/").map(encodeURIComponent).join("/")}`,
        );
        const path = decodeURIComponent(pathname.slice(1));
        const id = decodeURIComponent(hash.slice(1));
        if (
          protocol !== "file:" || !files.has(path) ||
          id !== "" && path.endsWith(".html") && !idsOf(path).has(id)
        ) wrong.push(`${page}: ${link}`);
      }
      if (html.includes(beside("../"))) {
        wrong.push(`${page} names this machine`);
      }
    }
    assertEquals(wrong, []);
  });

  await t.step({
    ...requires(
      "a browser finds Socket.setsockopt by the search box",
      need("a browser", browser !== undefined),
    ),
    fn: async () => {
      await using page = await BrowserPage.start();
      await page.open(pathToFileURL(`${site.path}/index.html`).href);
      await page.evaluate(`document.querySelector("#searchbar").focus()`);
      await page.type("Socket.setsockopt");
      assertEquals(
        await page.evaluate(`new Promise((resolve) => {
          const results = document.querySelector("#searchResults");
          const look = () => {
            const first = results.querySelector("a");
            if (first) resolve(first.textContent.match(/[\\w.]{2,}/)[0]);
          };
          new MutationObserver(look).observe(results, { childList: true });
          look();
        })`),
        "Socket.setsockopt",
      );
      await page.loading(() =>
        page.evaluate(`document.querySelector("#searchResults a").click()`)
      );
      assertEquals(
        await page.evaluate(
          `document.querySelector(".symbolTitle").innerText.trim().split(/\\s+/)`,
        ),
        ["method", "Socket.prototype.setsockopt"],
      );
    },
  });
});
