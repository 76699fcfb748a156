/** The plugin for `deno lint`: what compiles, but does not do what it does in Python. */

// deno-lint-ignore no-explicit-any -- the syntax tree's types differ between versions of Deno
type Node = any;

/** The calls that return bytes, and those that return an array whose first element is bytes. */
const RETURNS_BYTES = new Set(["recv"]);
const RETURNS_BYTES_FIRST = new Set(["recvfrom", "recvmsg", "recv_fds"]);

const MESSAGE = "An empty Uint8Array is true, so this does not see the end";
const HINT = "Compare the length: data.length === 0";

/** Removes what does not change an expression's value. */
function bare(node: Node): Node {
  switch (node?.type) {
    case "AwaitExpression":
    case "ChainExpression":
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
      return bare(node.argument ?? node.expression);
    case "AssignmentExpression":
      return node.operator === "=" ? bare(node.right) : node;
    default:
      return node;
  }
}

/** Whether an expression is a call of a function or method with one of these names. */
function isCall(node: Node, names: ReadonlySet<string>): boolean {
  const call = bare(node);
  if (call?.type !== "CallExpression") return false;
  const callee = bare(call.callee);
  const name = callee.type === "MemberExpression" ? callee.property : callee;
  return name.type === "Identifier" && names.has(name.name);
}

/** Whether an expression is bytes that were received. */
function isReceived(node: Node): boolean {
  const value = bare(node);
  return isCall(value, RETURNS_BYTES) ||
    value?.type === "MemberExpression" && value.property.value === 0 &&
      isCall(value.object, RETURNS_BYTES_FIRST);
}

/** Whether a pattern gets received bytes under a name. */
function receives(pattern: Node, value: Node, name: string): boolean {
  if (pattern.type === "Identifier") {
    return pattern.name === name && isReceived(value);
  }
  return pattern.type === "ArrayPattern" &&
    pattern.elements[0]?.name === name && isCall(value, RETURNS_BYTES_FIRST);
}

/** Whether a pattern declares a name. */
function binds(pattern: Node, name: string): boolean {
  switch (pattern?.type) {
    case "Identifier":
      return pattern.name === name;
    case "ArrayPattern":
      return pattern.elements.some((each: Node) => binds(each, name));
    case "ObjectPattern":
      return pattern.properties.some((each: Node) =>
        binds(each.value ?? each.argument, name)
      );
    case "AssignmentPattern":
      return binds(pattern.left, name);
    case "RestElement":
      return binds(pattern.argument, name);
    default:
      return false;
  }
}

/** What declares a name in a statement: a declarator, or the statement itself. */
function declaredBy(statement: Node, name: string): Node | undefined {
  const inner = statement?.declaration ?? statement; // an exported one
  if (inner?.type === "VariableDeclaration") {
    return inner.declarations.find((each: Node) => binds(each.id, name));
  }
  return inner?.id?.name === name ? inner : undefined;
}

/** Finds what declares a name, from its use outwards. */
function declarationOf(use: Node, name: string): Node | undefined {
  for (let node = use.parent; node; node = node.parent) {
    const statements: Node[] = Array.isArray(node.body) ? node.body : [];
    for (const each of [...statements, node.init, node.left]) {
      const found = declaredBy(each, name);
      if (found !== undefined) return found;
    }
    const parameters: Node[] = node.params ?? [node.param];
    if (parameters.some((each) => binds(each, name))) return node;
  }
}

/** The operands whose truth decides about an expression's. */
function operands(test: Node): Node[] {
  return test?.type === "LogicalExpression" && test.operator !== "??"
    ? [...operands(test.left), ...operands(test.right)]
    : [test];
}

const emptyBytesAreTrue: Deno.lint.Rule = {
  create(context) {
    const assignments: Node[] = [];
    const tested: Node[] = [];

    const isBytes = (node: Node): boolean => {
      if (node?.type !== "Identifier") return isReceived(node);
      const declaration = declarationOf(node, node.name);
      if (declaration?.type !== "VariableDeclarator") return false;
      return receives(declaration.id, declaration.init, node.name) ||
        assignments.some((each) =>
          receives(each.left, each.right, node.name) &&
          declarationOf(each, node.name) === declaration
        );
    };

    const test = (expression: Node): void => {
      tested.push(...operands(expression));
    };
    const testOf = ({ test: expression }: Node): void => test(expression);

    return {
      AssignmentExpression(node) {
        assignments.push(node);
      },
      UnaryExpression(node) {
        if (node.operator === "!") test(node.argument);
      },
      LogicalExpression(node) {
        if (node.operator !== "??") test(node.left);
      },
      IfStatement: testOf,
      WhileStatement: testOf,
      DoWhileStatement: testOf,
      ForStatement: testOf,
      ConditionalExpression: testOf,
      "Program:exit"() {
        for (const node of new Set(tested)) {
          if (!isBytes(node)) continue;
          const isNegated = node.parent.type === "UnaryExpression";
          context.report({
            node,
            message: MESSAGE,
            hint: HINT,
            fix: (fixer) =>
              node.type !== "Identifier"
                ? []
                : isNegated
                ? fixer.replaceText(node.parent, `${node.name}.length === 0`)
                : fixer.replaceText(node, `${node.name}.length > 0`),
          });
        }
      },
    };
  },
};

/**
 * The plugin for `deno lint`. Its rule `socket/empty-bytes-are-true` reports a test of received
 * bytes for truth, as in `if (!data) break`: Python ends there, but an empty `Uint8Array` is true.
 * @category Lint
 */
const plugin: Deno.lint.Plugin = {
  name: "socket",
  rules: { "empty-bytes-are-true": emptyBytesAreTrue },
};
export default plugin;
