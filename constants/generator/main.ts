/**
 * Writes the tables of constants and of struct layouts again, and everything
 * that is made of them: `deno task constants`.
 *
 * Where a compiler for a platform is at hand (`cc` for the host's own), it
 * confirms the facts in `constants/reference/`; the output is the same without.
 *
 * @module
 */

import { generateNames, generatePlatforms } from "./files.ts";

const root = new URL("../../", import.meta.url);

const generated = await generatePlatforms();
const files = [...generated.flatMap(({ files }) => files), ...generateNames()];
for (const { path, text } of files) {
  await Deno.writeTextFile(new URL(path, root), text);
}
for (const { platform, confirmed } of generated) {
  console.log(
    confirmed > 0
      ? `${platform}: a compiler confirmed ${confirmed} facts`
      : `${platform}: no compiler at hand; taken from the reference`,
  );
}
