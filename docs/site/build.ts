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
  contentsOf,
  type Export,
  type Guide,
  navigation,
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

/** The exports of all doors. What a door shares with one before it is listed there alone. */
async function documentedExports(): Promise<Export[]> {
  interface Declaration {
    kind: string;
    jsDoc?: { doc?: string; tags?: { kind: string; doc?: string }[] };
  }
  const { nodes } = JSON.parse(await denoDoc(root, "--json")) as {
    nodes: Record<
      string,
      { symbols: { name: string; declarations: Declaration[] }[] }
    >;
  };
  return Object.entries(nodes).flatMap(([url, { symbols }]) =>
    symbols.flatMap(({ name, declarations: [{ kind, jsDoc }] }) => {
      const category = jsDoc?.tags?.find(({ kind }) => kind === "category")
        ?.doc?.trim();
      if (kind === "reference" || category === undefined) return [];
      const door = url.slice(url.lastIndexOf("/") + 1);
      const doc = (jsDoc?.doc ?? "").trim().replaceAll(/\s+/g, " ");
      return [{ name, door, category, doc }];
    })
  );
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
const exported = await documentedExports();
const [constants, others] = [true, false].map((are) =>
  exported.filter(({ category }) => are === category.startsWith("Constants: "))
    // async.ts has the constants of mod.ts.
    .filter(({ door }) => !are || door !== "async.ts")
);
extendSearch(site, moved, [
  ...writeConstants(site, shell, constants),
  ...writeGuides(site, shell, root, guides()),
]);

const front = `${site}/index.html`;
Deno.writeTextFileSync(
  front,
  Deno.readTextFileSync(front)
    .replace("<main>", () => `<main>${navigation}`)
    .replace("</main>", () => `${contentsOf(site, others)}</main>`),
);

console.log(`${pagesIn(site).length} pages: ${site}/index.html`);
