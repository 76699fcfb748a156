/** What the doors export that can be called, as `deno doc` describes it. */

import { beside } from "../../support/files.ts";

/** A parameter. */
export interface Parameter {
  readonly name: string;
  /** Its type, about as written. */
  readonly type: string;
  readonly isOptional: boolean;
  readonly isRest: boolean;
}

/** Something that can be called. */
export interface Callable {
  /** The file of the door. */
  readonly door: string;
  readonly kind:
    | "function"
    | "constructor"
    | "method"
    | "static"
    | "setter"
    | "object";
  /** The name of the function, of the class, or of an object that has methods. */
  readonly owner: string;
  /** The name of the method; of a function or a constructor, "". */
  readonly member: string;
  /** What it is called in a message. */
  readonly title: string;
  readonly parameters: readonly Parameter[];
}

/** The doors; those that export functions of others come after these. */
export const doors = [
  ...["mod.ts", "async.ts", "selectors.ts", "bytes.ts", "handlers.ts"],
  ...["node.ts", "netlink.ts", "linux.ts", "lint.ts"],
];

// What `deno doc --json` prints, as far as it is read here.
interface TypeNode {
  kind: string;
  repr?: string;
  value?: unknown;
}
interface ParamNode {
  kind: "identifier" | "assign" | "rest" | "object" | "array";
  name?: string;
  optional?: boolean;
  left?: ParamNode;
  arg?: ParamNode;
  tsType?: TypeNode;
}
interface MethodNode {
  name: string;
  kind: "method" | "getter" | "setter";
  isStatic?: boolean;
  accessibility?: "private" | "protected";
  functionDef: { params: ParamNode[] };
}
interface Definition {
  params?: ParamNode[];
  isAbstract?: boolean;
  extends?: string;
  constructors?: { params: ParamNode[]; accessibility?: string }[];
  methods?: MethodNode[];
}
/** Of an interface. */
interface InterfaceDefinition {
  extends?: TypeNode[];
  methods?: { name: string; params: ParamNode[] }[];
}
type DeclarationNode =
  | { kind: "function" | "class"; def: Definition }
  | { kind: "interface"; def: InterfaceDefinition }
  | { kind: "variable"; def: { tsType?: TypeNode } };
interface Doc {
  nodes: Record<
    string,
    { symbols: { name: string; declarations: DeclarationNode[] }[] }
  >;
}

/** A type in one line. */
function typeText(type: TypeNode | undefined): string {
  if (type === undefined) return "unknown";
  const { kind, repr, value } = type;
  if (kind === "union") {
    return (value as TypeNode[]).map(typeText).join(" | ");
  }
  if (kind === "array") return `${typeText(value as TypeNode)}[]`;
  if (kind === "typeRef") {
    const { typeName, typeParams = [] } = value as {
      typeName: string;
      typeParams?: TypeNode[];
    };
    return typeParams.length === 0
      ? typeName
      : `${typeName}<${typeParams.map(typeText).join(", ")}>`;
  }
  return repr || kind;
}

function parameter(node: ParamNode, index: number): Parameter {
  const { kind, left, arg } = node;
  const inner = left ?? arg ?? node;
  return {
    name: inner.name ?? `argument ${index}`,
    type: typeText(inner.tsType ?? node.tsType),
    isOptional: kind === "assign" || inner.optional === true,
    isRest: kind === "rest",
  };
}

/** What `deno doc` says of the doors. */
async function documentation(): Promise<Doc["nodes"]> {
  const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...doors.map((door) => beside(`../${door}`))],
    env: { NO_COLOR: "1" },
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return (JSON.parse(new TextDecoder().decode(stdout)) as Doc).nodes;
}

/** All that the doors export and that can be called. Each overload is one of its own. */
export async function callables(): Promise<Callable[]> {
  const all: Callable[] = [];
  for (const [url, { symbols }] of Object.entries(await documentation())) {
    const door = url.slice(url.lastIndexOf("/") + 1);
    const add = (
      kind: Callable["kind"],
      owner: string,
      member: string,
      params: ParamNode[],
    ) => {
      const title = kind === "constructor"
        ? `new ${owner}`
        : owner + (member && `.${member}`);
      all.push({
        door,
        kind,
        owner,
        member,
        title: `${title} of ${door}`,
        parameters: params.map(parameter),
      });
    };
    const definitions = <K extends DeclarationNode["kind"]>(kind: K) =>
      new Map(symbols.map(({ name, declarations }) => [
        name,
        declarations.find((each) => each.kind === kind)?.def as
          | Extract<DeclarationNode, { kind: K }>["def"]
          | undefined,
      ]));
    const classes = definitions("class");
    // A class without a constructor has that of its base.
    const constructors = (def: Definition) => {
      for (let it: Definition | undefined = def; it;) {
        if (it.constructors?.length) return it.constructors;
        it = classes.get(it.extends ?? "") as Definition | undefined;
      }
      return [{ params: [] }];
    };
    const interfaces = definitions("interface");
    const addMethods = (owner: string, type: TypeNode | undefined) => {
      if (type?.kind !== "typeRef") return;
      const { typeName } = type.value as { typeName: string };
      const found = interfaces.get(typeName);
      for (const base of found?.extends ?? []) addMethods(owner, base);
      for (const { name, params } of found?.methods ?? []) {
        add("object", owner, name, params);
      }
    };
    for (const { name, declarations } of symbols) {
      for (const { kind, def } of declarations) {
        if (kind === "function") add("function", name, "", def.params!);
        if (kind === "variable") addMethods(name, def.tsType);
        if (kind !== "class") continue;
        for (const made of constructors(def)) {
          if (def.isAbstract || "accessibility" in made) continue;
          add("constructor", name, "", made.params);
        }
        for (const method of def.methods ?? []) {
          const { name: member, kind, isStatic, functionDef } = method;
          if (kind === "getter" || method.accessibility) continue;
          const how = kind === "setter"
            ? "setter"
            : isStatic
            ? "static"
            : "method";
          add(how, name, member, functionDef.params);
        }
      }
    }
  }
  const order = (door: string) => doors.indexOf(door);
  return all.sort((a, b) => order(a.door) - order(b.door));
}
