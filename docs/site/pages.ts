/** The pages beside those of `deno doc`: constants by prefix, and the guides. */

import { Marked } from "marked";
import type { SearchEntry } from "./reference.ts";

/** Escapes text for HTML. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  ).replaceAll('"', "&quot;");

/** Text whose code stands between backticks. */
const inline = (text: string): string =>
  escaped(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");

/**
 * Makes a page of the site: the head, the search box and the looks are those of a page that
 * `deno doc` wrote.
 *
 * @param shell that page, one folder below the root
 * @param title the title
 * @param content HTML, all that stands below the search box
 */
export function pageOf(shell: string, title: string, content: string): string {
  const [head, rest] = shell.split('<div id="content">');
  if (rest === undefined) throw new Error("deno doc's page has no content");
  return head
    .replace(/<title>[^]*?<\/title>/, `<title>${escaped(title)}</title>`)
    .replace(
      /<ul class="breadcrumbs">[^]*?<\/ul>(?=\s*<\/div>)/,
      `<ul class="breadcrumbs"><li><a href="../index.html" class="contextLink">@libc/socket</a></li>` +
        `<span>/</span><li>${escaped(title)}</li></ul>`,
    ) +
    `<div id="content"><main><article><div class="markdown">${content}</div></article></main></div>` +
    `</div></div></body></html>\n`;
}

/** Where the front page leads, beside the reference. */
export const navigation = `<nav class="markdown"><p>
<a href="guides/index.html">The manual</a> · <a href="guides/readme.html">README</a> ·
<a href="guides/examples.html">Examples</a> · <a href="constants/index.html">Constants</a> ·
<a href="guides/benchmarks.html">Benchmarks</a></p></nav>`;

/** An export as a page lists it. */
export interface Export {
  readonly name: string;
  /** The door that exports it: `mod.ts`. */
  readonly door: string;
  readonly category: string;
  readonly doc: string;
}

/** The categories of the front page, in order; each prefix of constants has one of its own. */
export const categories = [
  "Sockets",
  "Awaiting",
  "Handlers",
  "Names and addresses",
  "Options",
  "Messages",
  "Files",
  "Filters",
  "Errors",
  "Selectors",
  "Bytes",
  "Streams of Node",
  "Netlink",
  "Constants",
  "Lint",
];

/** The first sentence of a description, with its links as plain names. */
const summaryOf = (doc: string): string =>
  doc.replaceAll(/\{@link(?:code)? ([^}|]+?)(?:\s*\|[^}]*)?\}/g, "`$1`")
    .replace(/(?<=[.:])\s.*$/s, "").replace(/:$/, ".");

/**
 * The table of contents: the exports by category, each with its first sentence. `deno doc` lists
 * the first five of a site with several doors.
 */
export function contentsOf(site: string, exports: readonly Export[]): string {
  const groups = Map.groupBy(exports, ({ category }) => category);
  const sections = [...groups].sort(([one], [other]) =>
    categories.indexOf(one) - categories.indexOf(other)
  )
    .map(([category, members]) => {
      const rows = members.flatMap(({ name, door, doc }) => {
        const folder = door === "mod.ts" ? "" : `${door.replace(".ts", "")}/`;
        const page = `${folder}~/${name}.html`;
        if (!isFile(`${site}/${page}`)) return []; // a second name
        return [
          `<tr><td><a href="${page}"><code>${name}</code></a></td>` +
          `<td>${inline(summaryOf(doc))}</td></tr>`,
        ];
      });
      const id = category.toLowerCase().replaceAll(" ", "-");
      return { id, category, rows };
    }).filter(({ rows }) => rows.length > 0);
  const list = sections.map(({ id, category }) =>
    `<a href="#${id}">${category}</a>`
  ).join(" · ");
  return `<div class="markdown"><h1 id="contents">Contents</h1><p>${list}</p>${
    sections.map(({ id, category, rows }) =>
      `<h2 id="${id}">${category}</h2><table><tbody>${
        rows.join("\n")
      }</tbody></table>`
    ).join("")
  }</div>`;
}

/** The page of a category: `Constants: SO_` is `SO_.html`, in netlink.ts `netlink.NLM_.html`. */
function pageNameOf({ door, category }: Export): string {
  const prefix = category.replace("Constants: ", "");
  return `${door === "mod.ts" ? "" : `${door.replace(".ts", "")}.`}${prefix}`;
}

/** Writes a page for each prefix of constants, and a list of these pages. Returns what to find. */
export function writeConstants(
  site: string,
  shell: string,
  constants: readonly Export[],
): SearchEntry[] {
  Deno.mkdirSync(`${site}/constants`, { recursive: true });
  const groups = Map.groupBy(constants, pageNameOf);
  const lists = new Map<string, string>();
  for (const [page, members] of groups) {
    const [{ door, category }] = members;
    const rows = members.map(({ name, doc }) =>
      `<tr id="${name}"><td><code>${name}</code></td><td>${
        inline(doc)
      }</td></tr>`
    ).join("\n");
    Deno.writeTextFileSync(
      `${site}/constants/${page}.html`,
      pageOf(
        shell,
        category,
        `<h1>${category}</h1><p>Exported by <code>${door}</code>${
          door === "mod.ts" ? " and <code>async.ts</code>" : ""
        }. Each line ends with the systems that have the constant; on others it is a stand-in, see
<a href="../~/isMissing.html"><code>isMissing()</code></a>.</p>
<table><thead><tr><th>Name</th><th>Meaning</th></tr></thead><tbody>${rows}</tbody></table>`,
      ),
    );
    lists.set(
      door,
      `${lists.get(door) ?? ""}<li><a href="${page}.html"><code>${
        category.replace("Constants: ", "")
      }</code></a> (${members.length})</li>`,
    );
  }
  Deno.writeTextFileSync(
    `${site}/constants/index.html`,
    pageOf(
      shell,
      "Constants",
      `<h1>Constants</h1>${
        [...lists].map(([door, list]) =>
          `<h2><code>${door}</code></h2><ul>${list}</ul>`
        ).join("")
      }`,
    ),
  );
  return constants.map((constant) => ({
    id: `constant_${constant.name}`,
    kind: [{ char: "v", kind: "Variable", title: "Constant" }],
    name: constant.name,
    file: constant.door,
    doc: constant.doc,
    url: `constants/${pageNameOf(constant)}.html#${constant.name}`,
    deprecated: false,
  }));
}

/** The identifier of a heading, as code hosts make it. */
const identifierOf = (heading: string): string =>
  heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").trim()
    .replaceAll(" ", "-");

/** A page of the manual. */
export interface Guide {
  /** Its file, from the root of the sources. */
  readonly source: string;
  /** Its page in `guides/`. */
  readonly page: string;
}

/**
 * Writes the guides. Links among them stay within the site, which gets a copy of other files that
 * they name, such as the examples. A link to a folder becomes text.
 */
export function writeGuides(
  site: string,
  shell: string,
  root: string,
  guides: readonly Guide[],
): SearchEntry[] {
  Deno.mkdirSync(`${site}/guides`, { recursive: true });
  const pages = new Map(guides.map(({ source, page }) => [source, page]));
  const entries: SearchEntry[] = [];
  for (const { source, page } of guides) {
    const target = (link: string): string | undefined => {
      if (/^([a-z]+:|#)/.test(link)) return link;
      const [path, hash] = link.split("#");
      const file = new URL(path, `file:///${source}`).pathname.slice(1);
      const end = hash === undefined ? "" : `#${hash}`;
      const other = pages.get(file) ??
        pages.get(`${file.replace(/\/$/, "")}/README.md`);
      if (other) return other + end;
      if (!isFile(`${root}/${file}`)) return undefined; // a folder
      const copy = `${site}/files/${file}`;
      Deno.mkdirSync(copy.slice(0, copy.lastIndexOf("/")), { recursive: true });
      Deno.copyFileSync(`${root}/${file}`, copy);
      return `../files/${file}${end}`;
    };
    let title = "";
    const marked = new Marked({
      gfm: true,
      walkTokens(token) {
        if (token.type !== "link" && token.type !== "image") return;
        const href = target(token.href);
        if (href === undefined) token.type = "text";
        else token.href = href;
      },
      renderer: {
        heading({ tokens, depth, text }) {
          title ||= text.replaceAll(/[`*_]/g, "");
          const html = this.parser.parseInline(tokens);
          return `<h${depth} id="${identifierOf(text)}">${html}</h${depth}>\n`;
        },
      },
    });
    const html = marked.parse(
      Deno.readTextFileSync(`${root}/${source}`),
    ) as string;
    Deno.writeTextFileSync(
      `${site}/guides/${page}`,
      pageOf(shell, title, html),
    );
    entries.push({
      id: `guide_${page}`,
      kind: [{ char: "G", kind: "Namespace", title: "Guide" }],
      name: title,
      file: source,
      doc: "",
      url: `guides/${page}`,
      deprecated: false,
    });
  }
  return entries;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
