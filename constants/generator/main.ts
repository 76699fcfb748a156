/**
 * Writes the generated tables of constants and struct layouts: `deno task constants`.
 *
 * If a compiler for a platform is installed (`cc` for the host's own), it confirms the facts in
 * `constants/reference/`. The output is the same without a compiler.
 */

import { doorNames, generateDoor } from "./doors.ts";
import { generateNames, generatePlatforms } from "./files.ts";

const root = new URL("../../", import.meta.url);

const generated = await generatePlatforms();
const doors = await Promise.all(
  doorNames.map((door) => generateDoor(door, "compiler")),
);
const files = [
  ...generated.flatMap(({ files }) => files),
  ...doors.flatMap(({ files }) => files),
  ...generateNames(),
];
for (const { path, text } of files) {
  await Deno.writeTextFile(new URL(path, root), text);
}
for (const { platform, confirmed } of generated) {
  console.log(
    confirmed > 0
      ? `${platform}: a compiler confirmed ${confirmed} facts`
      : `${platform}: no compiler found; taken from the reference`,
  );
}
for (const { door, confirmed } of doors) {
  console.log(
    confirmed > 0
      ? `${door}.ts: compilers confirmed ${confirmed} facts`
      : `${door}.ts: no compiler found; taken from the reference`,
  );
}
