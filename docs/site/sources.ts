/** The sources as the reference shows them: a copy of the library whose doors list less. */

/** Rooms and doors are copied; what lies in these folders is no part of the library. */
const outside = /^(tests|examples|bench|docs|dist|coverage|node_modules|\..*)$/;

/** Copies the TypeScript and JavaScript files of a folder, and of those in it. */
function copySources(from: string, to: string, top = true): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (top && outside.test(name)) continue;
    if (isDirectory) copySources(`${from}/${name}`, `${to}/${name}`, false);
    else if (/\.(ts|js|json)$/.test(name)) {
      Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
    }
  }
}

/** Rewrites a file. A rewriting that changes nothing no longer fits the sources. */
function rewrite(path: string, change: (text: string) => string): void {
  const before = Deno.readTextFileSync(path);
  const after = change(before);
  if (after === before) throw new Error(`${path} is not as the site expects`);
  Deno.writeTextFileSync(path, after);
}

/** An `export { … } from "…"` of a door. */
const exportStatement = /^export (type )?\{([^}]*)\} from "([^"]+)";\n/gm;

/** The names in such a statement, without `type`. */
function specifiers(list: string): string[] {
  return list.split(",").map((name) => name.trim().replace(/^type /, ""))
    .filter((name) => name !== "");
}

/** The exports of a door, each as `name from "module"`. */
function exportsOf(door: string): Set<string> {
  return new Set(
    [...door.matchAll(exportStatement)].flatMap(([, , list, module]) =>
      specifiers(list).map((name) => `${name} from "${module}"`)
    ),
  );
}

/** Takes exports away from a door. */
function without(door: string, isUnwanted: (name: string) => boolean): string {
  return door.replace(exportStatement, (_, type = "", list, module) => {
    const kept = (list as string).split(",").map((name) => name.trim())
      .filter((name) =>
        name !== "" &&
        !isUnwanted(`${name.replace(/^type /, "")} from "${module}"`)
      );
    return kept.length === 0
      ? ""
      : `export ${type}{ ${kept.join(", ")} } from "${module}";\n`;
  });
}

/** Takes the constants away from a door, and second names of what has a page. */
const withoutConstants = (door: string): string =>
  without(
    door.replaceAll(
      /^export \* from "\.\/(constants\/generated|socket\/bpf_codes).*\n/gm,
      "",
    ),
    (name) => / as (socket|error|timeout|SocketType) /.test(name),
  );

/** A member of a class: its documentation comment and its code. */
interface Member {
  readonly name: string;
  readonly text: string;
}

/** Where the body of a class lies in a file. */
function bodyOf(file: string, name: string): { start: number; end: number } {
  const head = new RegExp(
    `^export (?:abstract )?class ${name}\\b[^]*?\\{\\n(?=  |\\n)`,
    "m",
  ).exec(file);
  if (!head) throw new Error(`there is no class ${name}`);
  const start = head.index + head[0].length;
  return { start, end: file.indexOf("\n}\n", start) + 1 };
}

/** The documented members of a class, overloads one by one. */
function membersOf(body: string): Member[] {
  const lines = body.split("\n");
  const members: Member[] = [];
  for (let from = 0; from < lines.length; from++) {
    if (!lines[from].startsWith("  /**")) continue;
    let code = from;
    while (!lines[code].endsWith("*/")) code++;
    code++;
    const name =
      /^ {2}(?:(?:static|async|get|set|override|readonly|abstract|declare) )*\*?(\w+|\[[^\]]+\])/
        .exec(lines[code])?.[1];
    if (name === undefined) continue; // private
    // A member ends in the first line that is indented like its head and closes it.
    let end = code;
    while (!/^ {2}\S.*[;}]$|^ {2}\}$/.test(lines[end])) end++;
    members.push({ name, text: lines.slice(from, end + 1).join("\n") });
    from = end;
  }
  return members;
}

/** Merges the imports of one file into another's, for the links of the reference. */
function importsOf(file: string, from: string, to: string): string {
  const base = new URL(`file:///${from}`);
  const depth = "../".repeat(to.split("/").length - 1);
  return [...file.matchAll(/^import (type )?(\{[^}]*\}) from "(\.[^"]+)";\n/gm)]
    .map(([, , names, module]) =>
      `import type ${names.replaceAll(/\btype /g, "")} from "./${depth}${
        new URL(module, base).pathname.slice(1)
      }";\n`
    ).join("");
}

/** Gives a class the members that it inherits, as if it declared them itself. */
function inherit(
  folder: string,
  [path, name]: [path: string, name: string],
  bases: [path: string, name: string][],
): void {
  rewrite(`${folder}/${path}`, (file) => {
    const { start, end } = bodyOf(file, name);
    const own = new Set(
      membersOf(file.slice(start, end)).map(({ name }) => name),
    );
    let inherited = "";
    let imports = "";
    for (const [basePath, base] of bases) {
      const text = Deno.readTextFileSync(`${folder}/${basePath}`);
      const body = bodyOf(text, base);
      const members = membersOf(text.slice(body.start, body.end))
        .filter((member) =>
          !own.has(member.name) && member.name !== "constructor" &&
          !member.name.startsWith("protected")
        );
      inherited += members.map(({ text }) => `${text}\n`).join("");
      members.forEach((member) => own.add(member.name));
      imports += importsOf(text, basePath, path);
    }
    return `${imports}${file.slice(0, end)}\n${inherited}${file.slice(end)}`;
  });
}

/**
 * Makes the copy that the reference is made of. It differs from the library in four ways. The doors
 * list no constants, as these have pages of their own. `Socket` and `AsyncSocket` are the classes
 * with all their methods, those that they inherit among them. `async.ts` lists only what differs
 * from `mod.ts`. And nothing is listed under a second name.
 *
 * @param root the folder of the library
 * @param folder where the copy goes
 */
export function prepareSources(root: string, folder: string): void {
  copySources(root, folder);
  const bases: [string, string][] = [
    ["async/base.ts", "AsyncSocketBase"],
    ["socket/base.ts", "SocketBase"],
  ];
  inherit(folder, ["socket/socket.ts", "Socket"], bases.slice(1));
  inherit(folder, ["async/socket.ts", "AsyncSocket"], bases);
  const shared = exportsOf(Deno.readTextFileSync(`${folder}/mod.ts`));
  rewrite(
    `${folder}/async.ts`,
    (door) =>
      without(
        withoutConstants(door),
        (name) => shared.has(name) || name.startsWith("AsyncSocket from"),
      ) + `export { AsyncSocket } from "./async/socket.ts";\n`,
  );
  rewrite(
    `${folder}/mod.ts`,
    (door) =>
      without(
        withoutConstants(door),
        (name) => name.startsWith("Socket from"),
      ) +
      `export { Socket } from "./socket/socket.ts";\n`,
  );
  rewrite(`${folder}/netlink.ts`, withoutConstants);
  rewrite(`${folder}/linux.ts`, withoutConstants);
}
