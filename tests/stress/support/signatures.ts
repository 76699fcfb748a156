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
  readonly kind: "function" | "constructor" | "method" | "static" | "setter";
  /** The name of the function or of the class. */
  readonly owner: string;
  /** The name of the method; of anything else, "". */
  readonly member: string;
  /** What it is called in a message. */
  readonly title: string;
  readonly parameters: readonly Parameter[];
}

export const doors = ["mod.ts", "async.ts", "selectors.ts", "bytes.ts"];

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
interface DeclarationNode {
  kind: string;
  def: {
    params?: ParamNode[];
    isAbstract?: boolean;
    extends?: string;
    constructors?: { params: ParamNode[]; accessibility?: string }[];
    methods?: MethodNode[];
  };
}
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

/** All that the doors export and that can be called. Each overload is one of its own. */
export async function callables(): Promise<Callable[]> {
  const all: Callable[] = [];
  for (const door of doors) {
    const { stdout, success, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: ["doc", "--json", beside(`../${door}`)],
        env: { NO_COLOR: "1" },
        stderr: "piped",
      },
    ).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const { nodes }: Doc = JSON.parse(new TextDecoder().decode(stdout));
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
    const classes = new Map(
      Object.values(nodes).flatMap(({ symbols }) => symbols)
        .map(({ name, declarations }) => [
          name,
          declarations.find(({ kind }) => kind === "class")?.def,
        ]),
    );
    // A class without a constructor has that of its base.
    const constructors = (def: DeclarationNode["def"]) => {
      for (let it = def; it; it = classes.get(it.extends ?? "")!) {
        if (it.constructors?.length) return it.constructors;
      }
      return [{ params: [] }];
    };
    for (const { symbols } of Object.values(nodes)) {
      for (const { name, declarations } of symbols) {
        for (const { kind, def } of declarations) {
          if (kind === "function") add("function", name, "", def.params!);
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
  }
  return all;
}
