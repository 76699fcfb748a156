/**
 * The files of a release: one of JavaScript for each door, with what doors share in chunks, and the
 * same for the declarations. Source maps lead back to the TypeScript, comments are left to them and
 * to the declarations.
 */

import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Plugin, rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import ts from "typescript";

/** The folder of the sources. */
const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * The chunk of each source file, by the first pattern that fits its path; other files become part of
 * their door. A module that awaits another at its top level must not be in a chunk that the other's
 * chunk imports: each would wait for the other. Hence `base`, with the systems' own modules and
 * all that they import.
 */
const CHUNKS: readonly (readonly [RegExp, string])[] = [
  [/^constants\/generated\/names\.(js|d\.ts)$/, "names"],
  [/^ffi\/windows\//, "base"],
  // Doors of their own, which few programs need.
  [/^constants\/generated\/door_/, ""],
  [/^constants\/(stack|platform|table|door)\.ts$/, "base"],
  [/^ffi\/(declarations|loader|posix|system)\.ts$/, "base"],
  [/^ffi\/layout\/mod\.ts$/, "base"],
  [/^errors\/(arguments|text)\.ts$/, "base"],
  [/^(constants|errors|ffi|poll)\//, "core"],
  // Nothing but types, which those of the constants need.
  [/^socket\/address\/types\.ts$/, "names"],
  [/^socket\//, "blocking"],
  [/^async\//, "awaiting"],
];

function chunkOf(id: string): string | undefined {
  const path = id.replaceAll("\\", "/").slice(root.length);
  return CHUNKS.find(([files]) => files.test(path))?.[1] || undefined;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts"],
  types: [],
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  strict: true,
};

/** Takes the types and the comments out of TypeScript. */
const stripped: Plugin = {
  name: "strip",
  transform(code, id) {
    if (!/\.[jt]s$/.test(id)) return;
    const { outputText, sourceMapText } = ts.transpileModule(code, {
      fileName: id,
      compilerOptions: { ...OPTIONS, sourceMap: true, removeComments: true },
    });
    return {
      code: outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"),
      map: sourceMapText,
    };
  },
};

/**
 * The tables of all platforms, as strings: only the running platform's is read. They are no chunks
 * of their own, as by URL Deno loads every file that any platform would import.
 */
const tables: Plugin = {
  name: "tables",
  transform(code, id) {
    if (id.endsWith(".json")) {
      return { code: `export default ${parsed(code)};`, map: { mappings: "" } };
    }
    const inlined = code.replace(
      /\bimport\(\s*"([^"]*\.json)"[^)]*\)/g,
      (_, path) => {
        const text = Deno.readTextFileSync(join(dirname(id), path));
        return `Promise.resolve({ default: ${parsed(text)} })`;
      },
    );
    return inlined === code ? undefined : { code: inlined, map: null };
  },
};

/** The expression that parses a table; V8 does that faster than it reads code. */
const parsed = (text: string): string =>
  `JSON.parse(${quoted(JSON.stringify(JSON.parse(text)))})`;

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/**
 * What tells the library's frames from a caller's: `constants/stack.ts` has the paths of the
 * sources.
 */
function ownFiles(doors: readonly string[]): Plugin {
  const replaced: readonly [from: RegExp, to: string][] = [
    [/constants\\\/stack\\\.\[jt\]s\$\//, "chunks\\/base\\.js$/"],
    [
      /\([\w|]+\)\\\/\[\\w\/\]\+\\\.\[jt\]s:\//,
      // With the source maps and without.
      `(src\\/[\\w/]+|chunks\\/\\w+|${doors.join("|")})\\.[jt]s:/`,
    ],
  ];
  return {
    name: "own files",
    transform(code, id) {
      if (!id.endsWith("/constants/stack.ts")) return;
      for (const [from, to] of replaced) {
        if (!from.test(code)) {
          throw new Error(`constants/stack.ts has nothing like ${from}`);
        }
        code = code.replace(from, () => to);
      }
      return { code, map: null };
    },
  };
}

/**
 * Re-exports the constants with a star, as the source does: V8 looks for each of 3,000 listed names
 * before a program runs, but behind a star only for those that are imported.
 */
const starred: Plugin = {
  name: "starred",
  renderChunk(code, { fileName }, _options, { chunks }) {
    const all = chunks["chunks/names.js"].exports;
    const list = /export \{ ([^}]*) \} from '\.\/chunks\/names\.js';/.exec(
      code,
    );
    if (list === null) return;
    const listed = list[1].split(", ");
    if (`${listed.sort()}` !== `${all.toSorted()}`) {
      throw new Error(`${fileName} does not export all constants`);
    }
    // Nothing of what has a source moves.
    return {
      code: code.replace(list[0], "export * from './chunks/names.js';"),
      map: null,
    };
  },
};

/** The path of each door by its name. */
const inputs = (doors: readonly string[]): Record<string, string> =>
  Object.fromEntries(doors.map((door) => [door, `${root}${door}.ts`]));

/**
 * Writes the JavaScript of a release.
 *
 * @param doors the names of the doors
 * @param folder where to write it
 */
export async function writeScripts(
  doors: readonly string[],
  folder: string,
): Promise<void> {
  const bundle = await rollup({
    input: inputs(doors),
    external: /^node:/,
    plugins: [ownFiles(doors), tables, stripped, starred],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  await bundle.write({
    dir: folder,
    format: "es",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    manualChunks: chunkOf,
    minifyInternalExports: false,
    hoistTransitiveImports: true,
    sourcemap: true,
    // The maps hold the sources. Stacks show them as files of the package.
    sourcemapPathTransform: (source, map) =>
      relative(
        dirname(map),
        join(folder, "src", relative(root, resolve(dirname(map), source))),
      ),
    banner: ({ fileName }) =>
      `// @ts-self-types="./${
        fileName.split("/").at(-1)!.replace(/js$/, "d.ts")
      }"`,
  });
  await bundle.close();
}

/**
 * Writes the declarations of a release. The chunks have the names of the JavaScript's, so that an
 * import of `chunks/core.js` in a declaration leads to the declarations of that file.
 *
 * @param doors the names of the doors
 * @param folder where to write them
 */
export async function writeDeclarations(
  doors: readonly string[],
  folder: string,
): Promise<void> {
  // As `deno check` knows them.
  const globals = Deno.makeTempFileSync({ suffix: ".d.ts" });
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["types"] })
    .outputSync();
  Deno.writeFileSync(globals, stdout);

  const bundle = await rollup({
    input: inputs(doors),
    external: /^node:/,
    plugins: [dts({ compilerOptions: { ...OPTIONS, types: [globals] } })],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  Deno.removeSync(globals);
  await bundle.write({
    dir: folder,
    format: "es",
    entryFileNames: "[name].d.ts",
    chunkFileNames: "chunks/[name].d.ts",
    manualChunks: chunkOf,
    minifyInternalExports: false,
  });
  await bundle.close();
}
