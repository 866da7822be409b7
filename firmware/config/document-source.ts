/** The text of a document: parsed once, with the line of every place in it. */

import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument,
  type Document as YamlDocument } from "yaml";
import { messageOf } from "../base/result.js";
import type { Problem } from "./configuration.js";

/** A document with 64 links and full rules has about 100 kB. */
export const documentCharsMax = 1_000_000;
/** Repetitions of one anchor; more is an attempt to fill the memory, not a configuration. */
export const aliasCountMax = 100;
const syntaxErrorsMax = 50;

export type PathSegment = string | number;
export type Path = readonly PathSegment[];

export interface DocumentSource {
  /** Plain data; undefined when the text is not readable. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** The line of the deepest part of `path` that exists, from 1; 0 when there is none. */
  lineOf(path: Path): number;
}

/** `links[0].transport.port`; keys that are no plain words stand in quotes. */
export function pathText(path: Path): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (/^[\w-]+$/.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

export function readSource(text: string): DocumentSource {
  if (text.length > documentCharsMax) {
    return unreadable(`the document has ${text.length} characters; `
      + `${documentCharsMax} is the most`, 0);
  }
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines, uniqueKeys: true, prettyErrors: false, strict: true,
    });
    const problems = document.errors.slice(0, syntaxErrorsMax).map((error) => ({
      path: "", line: lines.linePos(error.pos[0]).line,
      message: syntaxMessage(error.code, error.message, text.slice(error.pos[0])),
    }));
    if (problems.length > 0) return { value: undefined, problems, lineOf: () => 0 };
    const value: unknown = document.toJS({ maxAliasCount: aliasCountMax });
    return { value, problems: [], lineOf: (path) => lineIn(document, lines, path) };
  } catch (error) {
    return unreadable(`the document cannot be read: ${messageOf(error)}`, 0);
  }
}

function unreadable(message: string, line: number): DocumentSource {
  return { value: undefined, problems: [{ path: "", message, line }], lineOf: () => 0 };
}

function syntaxMessage(code: string, message: string, found: string): string {
  const excerpt = /^[^:\n]{0,40}/.exec(found)?.[0] ?? "";
  if (code === "DUPLICATE_KEY") return `the key "${excerpt}" stands here a second time`;
  if (code === "TAB_AS_INDENT") return "a tab indents this line; expected spaces";
  if (code === "MULTIPLE_DOCS") return "a second document begins here; expected only one";
  return `not valid YAML: ${message}`;
}

function lineIn(document: YamlDocument.Parsed, lines: LineCounter, path: Path): number {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const segment of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) =>
        String(isScalar(key) ? key.value : key) === String(segment));
      if (pair === undefined) break;
      offset = offsetOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof segment === "number") {
      node = node.items[segment];
      offset = offsetOf(node) ?? offset;
    } else {
      break;
    }
  }
  return offset === undefined ? 0 : lines.linePos(offset).line;
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
