/**
 * Builds the site of the reference and the manual:
 *
 *     deno task site [folder]
 *
 * The folder is `.cache/site` if left out. Its `index.html` opens from the disk as well as from a
 * server.
 */

import { fileURLToPath } from "node:url";
import { prepareSources } from "./sources.ts";
import { extendSearch, pagesIn, slimPages } from "./reference.ts";
import {
  type Constant,
  type Guide,
  writeConstants,
  writeGuides,
} from "./pages.ts";

const root = fileURLToPath(new URL("../..", import.meta.url))
  .replace(/[\\/]$/, "");
const site = Deno.args[0] ?? `${root}/.cache/site`;

const doors: string[] = Object.values<string>(
  JSON.parse(Deno.readTextFileSync(`${root}/deno.json`)).exports,
);

/** Runs `deno doc` and returns what it prints. */
async function denoDoc(cwd: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--no-lock", ...args, ...doors],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** The constants of all doors, by the categories of their prefixes. */
async function constants(): Promise<Constant[]> {
  interface Declaration {
    jsDoc?: { doc?: string; tags?: { kind: string; doc?: string }[] };
  }
  const { nodes } = JSON.parse(await denoDoc(root, "--json")) as {
    nodes: Record<
      string,
      { symbols: { name: string; declarations: Declaration[] }[] }
    >;
  };
  return Object.entries(nodes).flatMap(([url, { symbols }]) => {
    const door = url.slice(url.lastIndexOf("/") + 1);
    if (door === "async.ts") return []; // those of mod.ts
    return symbols.flatMap(({ name, declarations: [{ jsDoc }] }) => {
      const category = jsDoc?.tags?.find(({ kind }) => kind === "category")
        ?.doc?.trim();
      if (!category?.startsWith("Constants: ")) return [];
      return [{ name, door, category, doc: (jsDoc?.doc ?? "").trim() }];
    });
  });
}

/** The pages of the manual, and the other pages for readers. */
function guides(): Guide[] {
  const manual = [...Deno.readDirSync(`${root}/docs`)]
    .filter(({ name }) => name.endsWith(".md") && name !== "README.md")
    .map(({ name }) => ({
      source: `docs/${name}`,
      page: name.replace(".md", ".html"),
    }));
  const others = [
    ["README.md", "readme.html"],
    ["docs/README.md", "index.html"],
    ["examples/README.md", "examples.html"],
    ["bench/README.md", "benchmarks.html"],
    ["ARCHITECTURE.md", "architecture.html"],
    ["CONTRIBUTING.md", "contributing.html"],
    ["SECURITY.md", "security.html"],
    ["CHANGELOG.md", "changelog.html"],
    ["tests/README.md", "tests.html"],
  ].map(([source, page]) => ({ source, page }));
  return [...manual, ...others];
}

try {
  Deno.removeSync(site, { recursive: true });
} catch (error) {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
Deno.mkdirSync(site, { recursive: true });
const sources = Deno.makeTempDirSync();
try {
  prepareSources(root, sources);
  await denoDoc(
    sources,
    ...["--html", "--name=@libc/socket", `--output=${Deno.realPathSync(site)}`],
  );
} finally {
  Deno.removeSync(sources, { recursive: true });
}
const moved = slimPages(site);
const shell = Deno.readTextFileSync(`${site}/~/Socket.html`);
extendSearch(site, moved, [
  ...writeConstants(site, shell, await constants()),
  ...writeGuides(site, shell, root, guides()),
]);

// The front page leads to the guides and the constants.
const front = `${site}/index.html`;
Deno.writeTextFileSync(
  front,
  Deno.readTextFileSync(front).replace(
    "<main>",
    `<main><nav class="markdown"><p><a href="guides/index.html">The manual</a> · ` +
      `<a href="guides/readme.html">README</a> · ` +
      `<a href="guides/examples.html">Examples</a> · ` +
      `<a href="constants/index.html">Constants</a> · ` +
      `<a href="guides/benchmarks.html">Benchmarks</a></p></nav>`,
  ),
);

console.log(`${pagesIn(site).length} pages: ${site}/index.html`);
