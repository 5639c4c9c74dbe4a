import type { AnyNode, Class } from "acorn";
import MagicString from "magic-string";
import { childNodes } from "./declarations.ts";

/** A class's source without the work that was done when the class was defined. */
export interface PortableClass {
  readonly text: string;
  /** The name that the parent class has in the text: one element, or none where nothing is extended. */
  readonly parent: readonly string[];
  /** What is still computed when the class is defined, in a parse of `text`. */
  earlyNodes(node: Class): AnyNode[];
}

const parentName = "$parent";

/**
 * Takes out of a class what happened when it was defined, for its outcome travels instead: public static fields and
 * static blocks become blanks (their values are sent as properties), the expression after `extends` becomes the name of
 * the parent class. Lines and columns stay. What concerns private static fields must stay and is computed again.
 *
 * @param offset where the text begins in the program that `node` is of
 */
export function portableClass(text: string, node: Class, offset: number): PortableClass {
  const edited = new MagicString(text);
  for (const member of node.body.body) {
    if (!isReplaced(member)) continue;
    edited.overwrite(
      member.start - offset,
      member.end - offset,
      blank(text.slice(member.start - offset, member.end - offset)),
    );
  }
  const { superClass } = node;
  if (!superClass || (superClass.type === "Literal" && superClass.value === null))
    return { text: edited.toString(), parent: [], earlyNodes };
  if (superClass.type === "Identifier") return { text: edited.toString(), parent: [superClass.name], earlyNodes };
  const [start, end] = [superClass.start - offset, superClass.end - offset];
  edited.overwrite(start, end, parentName.padEnd(end - start));
  return { text: edited.toString(), parent: [parentName], earlyNodes };
}

function isReplaced(member: AnyNode): boolean {
  if (member.type === "StaticBlock") return !mentionsPrivate(member);
  return member.type === "PropertyDefinition" && member.static && member.key.type !== "PrivateIdentifier";
}

/** A semicolon keeps the members around it apart. */
const blank = (code: string): string => `;${code.slice(1).replace(/[^\n\r\u2028\u2029]/g, " ")}`;

const mentionsPrivate = (node: AnyNode): boolean =>
  node.type === "PrivateIdentifier" || childNodes(node).some(mentionsPrivate);

function earlyNodes(node: Class): AnyNode[] {
  return node.body.body.flatMap((member): AnyNode[] => {
    if (member.type === "StaticBlock") return [member];
    const key = member.computed ? [member.key as AnyNode] : [];
    const isStaticField = member.type === "PropertyDefinition" && member.static;
    return isStaticField && member.value ? [...key, member.value] : key;
  });
}
