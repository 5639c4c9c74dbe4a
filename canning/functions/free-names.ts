import type { AnyNode, Class, Function as FunctionNode, Node, ObjectPattern, Pattern } from "acorn";
import { bindingNames, childNodes, hoistedNames, lexicalNames } from "./declarations.ts";

/** A name that code uses and does not declare. */
export interface FreeName {
  readonly name: string;
  /** Whether the code assigns to it. */
  isAssigned: boolean;
  /** The properties read of it, where `name.property` is all that is done with it. */
  members: Set<string> | undefined;
}

/** What a piece of code takes from the code around it. */
export interface FreeNames {
  readonly names: readonly FreeName[];
  /** What cannot be taken along, in words: `uses "this" of the code around it`. */
  readonly problem: string | undefined;
}

interface Scope {
  readonly names: ReadonlySet<string>;
  readonly parent: Scope | undefined;
  /** Whether `this`, `arguments` and `new.target` belong to it. */
  readonly isFunction: boolean;
  /** Whether methods in it have an object to which their `super` belongs. */
  readonly hasHome?: boolean;
  /** Names after `#` that a class declares. */
  readonly privates?: ReadonlySet<string>;
}

/** Finds the free names of some nodes of one program, taken for themselves. */
export function freeNames(nodes: readonly Node[]): FreeNames {
  const search = new Search();
  for (const node of nodes) search.visit(node as AnyNode, undefined);
  return { names: [...search.names.values()], problem: search.problem };
}

/** What to do with a name in a pattern. */
type Target = (name: string) => void;

const nothing: ReadonlySet<string> = new Set();

class Search {
  readonly names = new Map<string, FreeName>();
  problem: string | undefined;

  visit(node: AnyNode, scope: Scope | undefined): void {
    switch (node.type) {
      case "Identifier":
        this.#use(node.name, scope);
        break;
      case "MemberExpression":
        this.#member(node, scope);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.#function(node, scope);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        this.#class(node, scope);
        break;
      case "AssignmentExpression":
        this.#assign(node.left, scope);
        this.visit(node.right, scope);
        break;
      case "UpdateExpression":
        this.#assign(node.argument as Pattern, scope);
        break;
      case "VariableDeclarator":
        this.#binding(node.id, scope);
        if (node.init) this.visit(node.init, scope);
        break;
      case "ForInStatement":
      case "ForOfStatement":
      case "ForStatement":
      case "BlockStatement":
      case "SwitchStatement":
      case "CatchClause":
        this.#block(node, scope);
        break;
      default:
        this.#simple(node, scope);
        break;
    }
  }

  /** Nodes without a scope of their own. */
  #simple(node: AnyNode, scope: Scope | undefined): void {
    switch (node.type) {
      case "Property":
        if (node.computed) this.visit(node.key, scope);
        this.visit(node.value, { names: nothing, parent: scope, isFunction: false, hasHome: true });
        break;
      case "ThisExpression":
        this.#belonging('"this"', scope);
        break;
      case "Super":
        this.#super(scope);
        break;
      case "MetaProperty":
        if (node.meta.name === "import") this.problem ??= "it uses import.meta, which belongs to its module";
        if (node.meta.name === "new") this.#belonging('"new.target"', scope);
        break;
      case "PrivateIdentifier":
        this.#private(node.name, scope);
        break;
      case "LabeledStatement":
        this.visit(node.body, scope);
        break;
      case "BreakStatement":
      case "ContinueStatement":
        break;
      default:
        for (const child of childNodes(node)) this.visit(child, scope);
    }
  }

  #member(node: Extract<AnyNode, { type: "MemberExpression" }>, scope: Scope | undefined): void {
    const { object, property } = node;
    const name = property.type === "Identifier" && !node.computed ? property.name : undefined;
    if (object.type === "Identifier" && name !== undefined) this.#use(object.name, scope, name);
    else this.visit(object, scope);
    if (node.computed || property.type === "PrivateIdentifier") this.visit(property, scope);
  }

  #function(node: FunctionNode, scope: Scope | undefined): void {
    const isArrow = node.type === "ArrowFunctionExpression";
    const names = new Set<string>(node.params.flatMap(bindingNames));
    if (node.type === "FunctionExpression" && node.id) names.add(node.id.name);
    for (const name of [...hoistedNames(node.body), ...lexicalNames(node.body)]) names.add(name);
    const inner: Scope = { names, parent: scope, isFunction: !isArrow };
    for (const parameter of node.params) this.#binding(parameter, inner);
    if (node.body.type === "BlockStatement") for (const statement of node.body.body) this.visit(statement, inner);
    else this.visit(node.body, inner);
  }

  #class(node: Class, scope: Scope | undefined): void {
    const privates = new Set<string>();
    for (const { key } of node.body.body.filter((member) => "key" in member))
      if (key.type === "PrivateIdentifier") privates.add(key.name);
    const names = new Set(node.id ? [node.id.name] : []);
    const outer: Scope = { names, parent: scope, isFunction: false, privates };
    const inner: Scope = { names: nothing, parent: outer, isFunction: true, hasHome: true };
    if (node.superClass) this.visit(node.superClass, outer);
    for (const member of node.body.body) {
      if (member.type === "StaticBlock") {
        const hoisted = new Set(member.body.flatMap((statement) => [...hoistedNames(statement)]));
        this.#block(member, { names: hoisted, parent: inner, isFunction: true });
        continue;
      }
      if (member.computed) this.visit(member.key, outer);
      if (member.value) this.visit(member.value, inner);
    }
  }

  #block(node: AnyNode, scope: Scope | undefined): void {
    const inner: Scope = { names: new Set(lexicalNames(node)), parent: scope, isFunction: false };
    if (node.type === "CatchClause" && node.param) this.#binding(node.param, inner);
    const assigned =
      (node.type === "ForInStatement" || node.type === "ForOfStatement") && node.left.type !== "VariableDeclaration"
        ? node.left
        : undefined;
    if (assigned) this.#assign(assigned, inner);
    const skipped: unknown = node.type === "CatchClause" ? node.param : assigned;
    for (const child of childNodes(node)) if (child !== skipped) this.visit(child, inner);
  }

  /** A pattern that declares: only its defaults and computed keys are uses. */
  #binding(pattern: Pattern, scope: Scope | undefined): void {
    this.#pattern(pattern, scope, () => undefined);
  }

  /** A pattern that assigns to variables that exist. */
  #assign(pattern: Pattern, scope: Scope | undefined): void {
    this.#pattern(pattern, scope, (name) => {
      this.#use(name, scope);
      const free = this.names.get(name);
      if (free && !isDeclared(name, scope)) free.isAssigned = true;
    });
  }

  #pattern(pattern: Pattern, scope: Scope | undefined, target: Target): void {
    switch (pattern.type) {
      case "Identifier":
        target(pattern.name);
        break;
      case "AssignmentPattern":
        this.visit(pattern.right, scope);
        this.#pattern(pattern.left, scope, target);
        break;
      case "RestElement":
        this.#pattern(pattern.argument, scope, target);
        break;
      case "ArrayPattern":
        for (const element of pattern.elements) if (element) this.#pattern(element, scope, target);
        break;
      case "ObjectPattern":
        for (const property of pattern.properties) this.#patternProperty(property, scope, target);
        break;
      default:
        this.visit(pattern as AnyNode, scope);
    }
  }

  #patternProperty(property: ObjectPattern["properties"][number], scope: Scope | undefined, target: Target): void {
    if (property.type === "Property" && property.computed) this.visit(property.key, scope);
    this.#pattern(property.type === "Property" ? property.value : property, scope, target);
  }

  #use(name: string, scope: Scope | undefined, member?: string): void {
    if (isDeclared(name, scope)) return;
    if (name === "arguments") {
      this.#belonging('"arguments"', scope);
      return;
    }
    const known = this.names.get(name);
    const free = known ?? { name, isAssigned: false, members: new Set<string>() };
    this.names.set(name, free);
    if (member === undefined) free.members = undefined;
    else free.members?.add(member);
  }

  /** `this` and its like: a problem unless a function on the way out owns it. */
  #belonging(what: string, scope: Scope | undefined): void {
    for (let at = scope; at; at = at.parent) if (at.isFunction) return;
    this.problem ??= `it uses ${what} of the code around it`;
  }

  #super(scope: Scope | undefined): void {
    for (let at = scope; at; at = at.parent) if (at.hasHome) return;
    this.problem ??= "it uses super, which belongs to the object or class around it";
  }

  #private(name: string, scope: Scope | undefined): void {
    for (let at = scope; at; at = at.parent) if (at.privates?.has(name)) return;
    this.problem ??= `it uses #${name}, a private name of the class around it`;
  }
}

function isDeclared(name: string, scope: Scope | undefined): boolean {
  for (let at = scope; at; at = at.parent) if (at.names.has(name)) return true;
  return false;
}
