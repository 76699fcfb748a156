/** The pages that `deno doc --html` writes, made smaller, and its index for the search box. */

/** An entry of the search box. */
export interface SearchEntry {
  readonly id: string;
  readonly kind: readonly { char: string; kind: string; title: string }[];
  readonly name: string;
  readonly file: string;
  readonly doc: string;
  /** The page, from the root of the site. */
  readonly url: string;
  readonly deprecated: boolean;
}

/** All pages in a folder, by their paths from there. */
export function pagesIn(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(`${folder}/${prefix}`)].flatMap(
    ({ name, isDirectory }) =>
      isDirectory
        ? pagesIn(folder, `${prefix}${name}/`)
        : name.endsWith(".html")
        ? [prefix + name]
        : [],
  );
}

/**
 * A path without quotation marks. `deno doc` puts %22 into the names of the files of members such
 * as `[Symbol.for("…")]`, and into links to them, where it stands for another character.
 */
const unquoted = (path: string): string => path.replaceAll("%22", "");

/**
 * Makes a page smaller: each icon is an inlined picture of a kilobyte, and each button with the
 * source leads to a file of the machine that built the site.
 */
export function slim(page: string): string {
  return page
    .replaceAll("&#x2F;", "/")
    .replaceAll(/<a\s+class="sourceButton"[^]*?<\/a>/g, "")
    .replaceAll(
      /(<a href="[^"]*" class="anchor"[^>]*>)\s*<svg[^]*?<\/svg>\s*<\/a>/g,
      "$1#</a>",
    )
    .replaceAll(
      /(<button class="copyButton"[^>]*>)\s*<svg[^]*?<\/svg>\s*<\/button>/g,
      "$1copy</button>",
    )
    .replaceAll(
      /(<ul class="breadcrumbs">)([^]*?)(<\/nav>)/g,
      (crumbs) =>
        crumbs.replaceAll(
          /<span class="text-black dark:text-white"><svg[^]*?<\/svg>\s*<\/span>/g,
          "<span>/</span>",
        ),
    )
    .replaceAll(/(href="(?:\.\.\/)*)(?:\.\/)+(?=[^"])/g, "$1")
    // A link to a folder would not open from the disk.
    .replaceAll(/href="((?:[^":]*\/)?\.{0,2})"/g, 'href="$1/index.html"')
    .replaceAll(/href="([^":]*)\/\/index/g, 'href="$1/index')
    // The keys of mapped types have links to no place.
    .replaceAll(
      /<a href="#(type_param_\w+)"/g,
      (link, id) => page.includes(`id="${id}"`) ? link : "<a",
    )
    .replaceAll(/href="[^"]*%22[^"]*"/g, unquoted);
}

/**
 * Makes all pages smaller, and removes those of properties, which say no more than the page of
 * their owner. Returns where they went: the removed page, and the owner's page at the property.
 */
export function slimPages(site: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const path of pagesIn(site)) {
    Deno.renameSync(`${site}/${path}`, `${site}/${unquoted(path)}`);
    const text = Deno.readTextFileSync(`${site}/${unquoted(path)}`);
    texts.set(unquoted(path), slim(text));
  }
  const moved = new Map<string, string>();
  for (const [path, text] of texts) {
    if (!text.includes('<span class="text-Property">property</span>')) continue;
    const [, owner, property] =
      /^(.*~\/.*?)(?:\.prototype)?\.([^./]+)\.html$/.exec(path) ?? [];
    const place = `_${property?.toLowerCase()}"`;
    const id = ["property", "accessor"].map((kind) => kind + place)
      .find((id) => texts.get(`${owner}.html`)?.includes(`id="${id}`));
    if (id) moved.set(path, `${owner}.html#${id.slice(0, -1)}`);
  }
  for (const [path, text] of texts) {
    if (moved.has(path)) {
      Deno.removeSync(`${site}/${path}`);
      continue;
    }
    const up = "../".repeat(path.split("/").length - 1);
    Deno.writeTextFileSync(
      `${site}/${path}`,
      text.replaceAll(/href="([^":#]+\.html)"/g, (link, page) => {
        const target = new URL(encodeURI(page), `file:///${path}`);
        const now = moved.get(decodeURI(target.pathname.slice(1)));
        return now === undefined ? link : `href="${up}${now}"`;
      }),
    );
  }
  return moved;
}

const indexHead = "window.DENO_DOC_SEARCH_INDEX = ";

/**
 * Completes the index of the search box: members are found as `Socket.bind`, and the other pages
 * are there, too.
 */
export function extendSearch(
  site: string,
  moved: ReadonlyMap<string, string>,
  entries: readonly SearchEntry[],
): void {
  const path = `${site}/search_index.js`;
  const script = Deno.readTextFileSync(path);
  const start = script.indexOf(indexHead) + indexHead.length;
  const end = script.indexOf("\n", start);
  const index: { nodes: SearchEntry[] } = JSON.parse(
    script.slice(start, end).replace(/;$/, ""),
  );
  const nodes = index.nodes.map((entry) => {
    const page = unquoted(entry.url.replace(/^(\.\/)+/, ""));
    return {
      ...entry,
      name: entry.name.replace(".prototype.", "."),
      url: moved.get(page) ?? page,
    };
  });
  const all = { ...index, nodes: [...nodes, ...entries] };
  Deno.writeTextFileSync(path, `${indexHead}${JSON.stringify(all)};\n`);

  const search = `${site}/search.js`;
  const before = Deno.readTextFileSync(search);
  const link = "${pathToRoot}${result.file}/~/${result.name}.html";
  if (!before.includes(link)) throw new Error("search.js is not as expected");
  Deno.writeTextFileSync(
    search,
    `const siteRoot = document.currentScript.src;\n${
      before.replace(link, "${new URL(result.url, siteRoot)}")
    }`,
  );
}
