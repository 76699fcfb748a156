/**
 * The package's README: the repository's, for a reader who has the package and not the sources. Its
 * programs import the package by name, and what is about a clone is left out.
 */

const START = `Add it to your project, and save this there:

\`\`\`sh
deno add npm:@libc/socket
\`\`\`
`;

const BY_URL =
  `The same files work by URL, from any server that holds this folder. They import
nothing but each other and modules of Node:

\`\`\`ts ignore
import * as socket from "https://host/folder/mod.js";
\`\`\`

The manual, the examples, the benchmarks and the tasks that this page names are
in the repository, beside the sources.
`;

/** What is replaced, in this order. */
const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/Get the source, and save this beside it:\n\n```sh\ngit .*\n```\n/, START],
  [/To write `import [^]*? to a registry yet\.\n/, BY_URL],
  // What only a clone has.
  [/## This repository\n[^]*?(?=^## )/m, ""],
  [/## How fast\n[^]*?(?=^## )/m, ""],
];

/**
 * Returns the package's README.
 *
 * @param readme the repository's
 * @param exported the exports of the package, such as `./async`, with the names of their doors
 * @throws {Error} if the repository's README no longer has what is replaced here
 */
export function packageReadme(
  readme: string,
  exported: readonly (readonly [name: string, door: string])[],
): string {
  let text = readme;
  for (const [from, to] of REPLACED) {
    if (!from.test(text)) throw new Error(`README.md has nothing like ${from}`);
    text = text.replace(from, () => to);
  }
  for (const [name, door] of exported) {
    const specifier = name.replace(".", "@libc/socket");
    text = text.replaceAll(`"./libc-socket/${door}.ts"`, `"${specifier}"`)
      .replaceAll(`\`${door}.ts\``, `\`${specifier}\``);
  }
  return text;
}

/**
 * Makes plain text of a page's links to files that the package does not have: nobody knows where
 * its reader finds the repository.
 *
 * @param page the page
 * @param files the names of the package's pages
 */
export function withoutDeadLinks(
  page: string,
  files: readonly string[],
): string {
  return page.replaceAll(
    /\[([^\]]+)\]\((?!https?:|#)([^)#]+)[^)]*\)/g,
    (link, words, path) => files.includes(path) ? link : words,
  );
}
