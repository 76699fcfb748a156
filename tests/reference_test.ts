/** The reference: what `deno doc` and the site that `deno task site` builds make of the sources. */

import { assertEquals } from "@std/assert";
import { text } from "./support/bytes.ts";
import { beside } from "./support/files.ts";

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
    def?: { target?: Location };
    jsDoc?: { tags?: { kind: string; doc?: string }[] };
  }[];
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

/** The categories of the reference, beside one for each prefix of constants. */
const categories = [
  "Sockets",
  "Awaiting",
  "Names and addresses",
  "Options",
  "Messages",
  "Files",
  "Filters",
  "Errors",
  "Selectors",
  "Constants",
  "Bytes",
  "Streams of Node",
  "Netlink",
  "Lint",
];

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
