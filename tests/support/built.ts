/** What `deno task build` makes, for tests of it. */

import { text } from "./bytes.ts";
import { beside, temporaryFolder } from "./files.ts";

/** Builds a release into a folder of its own, which is removed with the block. */
export function built(): Disposable & { path: string } {
  const folder = temporaryFolder();
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--config", beside("../build/deno.json")],
      ...[beside("../build/main.ts"), folder.path],
    ],
    env: { NO_COLOR: "1" },
  }).outputSync();
  if (success) return folder;
  folder[Symbol.dispose]();
  throw new Error(text(stdout) + text(stderr));
}
