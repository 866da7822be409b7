/**
 * Elements of XML 1.0 and back, for messages: bounded in depth, without document types (and so
 * without entities of one's own). Names are compared without prefix; namespaces are carried, so
 * that an element can be given on as it came.
 */

import { SaxesParser } from "saxes";

/** Deepest element. CSTA nests less than twelve; private data little more. */
export const xmlDepthMax = 64;

export interface XmlElement {
  readonly prefix: string;
  /** Without prefix. */
  readonly name: string;
  /** By their names with prefix; `xmlns` among them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly parent: XmlElement | undefined;
  readonly content: readonly (XmlElement | string)[];
}

interface Growing extends XmlElement {
  readonly content: (XmlElement | string)[];
}

function named(name: string): readonly [prefix: string, local: string] {
  const colon = name.indexOf(":");
  return colon < 0 ? ["", name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** A string says why it is no XML. */
export function parseXml(text: string): XmlElement | string {
  const parser = new SaxesParser<{ xmlns: false; position: false }>(
    { xmlns: false, position: false });
  let root: Growing | undefined;
  let open: Growing | undefined;
  let depth = 0;
  parser.on("doctype", () => { throw new Error("a document type"); });
  parser.on("opentag", (tag) => {
    depth += 1;
    if (depth > xmlDepthMax) throw new Error("too deep");
    const [prefix, name] = named(tag.name);
    const element: Growing = { prefix, name, attributes: tag.attributes, parent: open,
      content: [] };
    open?.content.push(element);
    root ??= element;
    open = element;
  });
  parser.on("closetag", () => {
    depth -= 1;
    open = open?.parent as Growing | undefined;
  });
  const add = (part: string): void => { open?.content.push(part); };
  parser.on("text", add);
  parser.on("cdata", add);
  try {
    parser.write(text).close();
  } catch (error) {
    return error instanceof Error ? error.message : "no XML";
  }
  return root ?? "no element";
}

export function childrenOf(element: XmlElement): readonly XmlElement[] {
  return element.content.filter((part): part is XmlElement => typeof part !== "string");
}

/** Its own text, without that of elements inside. */
export function textOf(element: XmlElement): string {
  return element.content.filter((part) => typeof part === "string").join("");
}

export function childOf(element: XmlElement, ...names: readonly string[]): XmlElement | undefined {
  for (const part of element.content) {
    if (typeof part !== "string" && names.includes(part.name)) return part;
  }
  return undefined;
}

/** The first one of these names, however deep; the nearest to the root first. */
export function descendantOf(
  element: XmlElement, ...names: readonly string[]
): XmlElement | undefined {
  let level = childrenOf(element);
  while (level.length > 0) {
    const found = level.find(({ name }) => names.includes(name));
    if (found !== undefined) return found;
    level = level.flatMap(childrenOf);
  }
  return undefined;
}

/** All of these names, however deep, in the order of the text; not those inside one of them. */
export function descendantsOf(element: XmlElement, name: string): readonly XmlElement[] {
  return childrenOf(element).flatMap((child) =>
    child.name === name ? [child] : descendantsOf(child, name));
}

/** What the prefix stands for where this element is; "" the namespace of names without one. */
export function namespaceOf(element: XmlElement, prefix = element.prefix): string | undefined {
  const attribute = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) {
    const uri = at.attributes[attribute];
    if (uri !== undefined) return uri;
  }
  return undefined;
}

const special = /[&<>"\t\n\r]|[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const specials = new RegExp(special, "gu");
const replacement = "\uFFFD";
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;",
  "\"": "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;" };

/** For the text of elements and the values of attributes. XML has no other control characters. */
export function escapeXml(text: string): string {
  return special.test(text)
    ? text.replace(specials, (character) => entities[character] ?? replacement) : text;
}

export function writeElement(name: string, content: string): string {
  return content === "" ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

/**
 * The element as text that means the same elsewhere: with the namespaces that it needs, but for
 * the one that names without prefix have at the root.
 */
export function elementText(element: XmlElement): string {
  let root = element;
  while (root.parent !== undefined) root = root.parent;
  return serialise(element, new Map([["", namespaceOf(root, "")]]));
}

function serialise(
  element: XmlElement, outer: ReadonlyMap<string, string | undefined>,
): string {
  const name = element.prefix === "" ? element.name : `${element.prefix}:${element.name}`;
  const inner = new Map(outer);
  let start = name;
  for (const [attribute, value] of Object.entries(element.attributes)) {
    const [prefix, local] = named(attribute);
    if (attribute === "xmlns" || prefix === "xmlns") {
      const declared = attribute === "xmlns" ? "" : local;
      if (inner.get(declared) === value) continue;
      inner.set(declared, value);
    }
    start += ` ${attribute}="${escapeXml(value)}"`;
  }
  const used = [element.prefix, ...Object.keys(element.attributes).map((key) => named(key)[0])
    .filter((prefix) => !["", "xml", "xmlns"].includes(prefix))];
  for (const prefix of used) {
    const uri = namespaceOf(element, prefix);
    if (uri === undefined || inner.get(prefix) === uri) continue;
    inner.set(prefix, uri);
    start += ` ${prefix === "" ? "xmlns" : `xmlns:${prefix}`}="${escapeXml(uri)}"`;
  }
  const content = element.content.map((part) =>
    typeof part === "string" ? escapeXml(part) : serialise(part, inner)).join("");
  return content === "" ? `<${start}/>` : `<${start}>${content}</${name}>`;
}
