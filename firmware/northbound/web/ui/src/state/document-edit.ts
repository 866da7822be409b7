/**
 * Single changes to the configuration's text that leave everything else in it as it was written,
 * comments above all. A scalar is replaced where it stands; whatever adds or takes away is done on
 * the YAML tree, which keeps comments with what they belong to.
 */

import { Document, isMap, isScalar, isSeq, type Node, parse, parseDocument, type Scalar } from
  "yaml";
import type { Path } from "./schema.js";

/** The document's values; undefined while its text cannot be read. */
export function readDocument(text: string): unknown {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  try {
    const value: unknown = document.toJS();
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value
      : value === null ? {} : undefined;
  } catch {
    return undefined;
  }
}

/** How a link's numbers are written in the document; empty where they are not. */
export function numbersText(text: string, link: string): string {
  const document = parseDocument(text);
  const links = document.get("links");
  const found = isSeq(links) ? links.items.find((one) => isMap(one) && one.get("id") === link)
    : undefined;
  const numbers = isMap(found) ? found.get("numbers", true) : undefined;
  if (!isMap(numbers)) return "";
  numbers.flow = false;
  const part = new Document();
  part.contents = numbers;
  return part.toString({ lineWidth: 0 });
}

/** With this value there; undefined instead of a value takes away what stands there. Undefined
 * when the place cannot be reached, for instance behind an alias. */
export function withValue(text: string, path: Path, value: unknown): string | undefined {
  return edited(text, (document) => {
    if (value === undefined) {
      remove(document, path);
      return undefined;
    }
    const node = document.getIn(path, true);
    if (isScalar(node) && isInLine(node) && typeof value !== "object") {
      const [start, end] = node.range ?? [0, 0];
      return text.slice(0, start) + scalarText(value) + text.slice(end);
    }
    // "unit:" alone is nothing, and can be filled.
    for (let depth = 1; depth < path.length; depth += 1) {
      const above = document.getIn(path.slice(0, depth), true);
      if (isScalar(above) && above.value === null) {
        document.setIn(path.slice(0, depth), document.createNode({}));
      }
    }
    document.setIn(path, document.createNode(value));
    return undefined;
  });
}

/** With one more entry at the end of a list. */
export function withItem(text: string, path: Path, item: unknown): string | undefined {
  return edited(text, (document) => {
    const list = document.getIn(path, true);
    if (!isSeq(list)) document.setIn(path, document.createNode([item]));
    else {
      if (list.items.length === 0) list.flow = false;
      list.add(document.createNode(item));
    }
    return undefined;
  });
}

function edited(
  text: string, change: (document: Document) => string | undefined,
): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  try {
    return change(document) ?? document.toString({ lineWidth: 0 });
  } catch {
    return undefined;
  }
}

/** Also the sections that are empty then; an entry of a list stays. */
function remove(document: Document, path: Path): void {
  document.deleteIn(path);
  const above = path.slice(0, -1);
  const section = above.length === 0 ? undefined : document.getIn(above, true);
  if (isMap(section) && section.items.length === 0 && typeof above.at(-1) === "string") {
    remove(document, above);
  }
}

function isInLine(node: Scalar): boolean {
  return node.range !== undefined && node.range !== null && node.range[0] < node.range[1]
    && (node.type === "PLAIN" || node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE");
}

/** Quoted unless it means the same without, in any surroundings. */
function scalarText(value: unknown): string {
  const plain = String(value);
  return typeof value !== "string" || (/^[A-Za-z](?:[\w./:-]*[\w/])?$/.test(plain)
    && parse(plain) === value) ? plain : JSON.stringify(value);
}

/** Where a link stands in the document, and its options; undefined where it does not. */
export function linkOptions(
  text: string, link: string,
): { readonly index: number; readonly options: unknown } | undefined {
  const value = readDocument(text) as { readonly links?: unknown } | undefined;
  const entries: readonly unknown[] = Array.isArray(value?.links) ? value.links : [];
  const index = entries.findIndex((entry) => (entry as { id?: unknown } | null)?.id === link);
  return index < 0 ? undefined
    : { index, options: (entries[index] as { options?: unknown }).options };
}

/** Options of a link whose records have another format now; what is not about it stays. */
export function withLinkOptions(
  text: string, link: string, options: Readonly<Record<string, unknown>>,
): string | undefined {
  const found = linkOptions(text, link);
  if (found === undefined) return undefined;
  const { pattern: _pattern, items: _items, dateOrder: _order, ...kept } =
    Object(found.options ?? {}) as Readonly<Record<string, unknown>>;
  return edited(text, (document) => {
    document.setIn(["links", found.index, "options"],
      optionsNode(document, { ...kept, ...options }));
    return undefined;
  });
}

/** Each field of a layout on a line of its own. */
function optionsNode(document: Document, options: unknown): Node {
  const node = document.createNode(options);
  const fields = isMap(node) ? node.getIn(["layout", "fields"], true) : undefined;
  for (const field of isSeq(fields) ? fields.items : []) if (isMap(field)) field.flow = true;
  return node;
}

/** As YAML, to be read and copied. */
export function optionsText(options: unknown): string {
  const document = new Document();
  document.contents = optionsNode(document, options);
  return document.toString({ lineWidth: 0 }).trimEnd();
}
