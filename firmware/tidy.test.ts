/** Reads the tree and fails on any breach of the guide. A rule that nothing checks is a wish. */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { inFrench } from "./base/french.js";

interface Source {
  readonly file: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly tree: ts.SourceFile;
}

const lineColumnsMax = 100;
const fileLinesMax = 600;
const functionLinesMax = 70;
const readmeLinesMax = 40;
const roots = ["firmware", "drivers", "hw-tests", "image"];

function walk(folder: string, found: string[] = []): string[] {
  for (const name of readdirSync(folder)) {
    const full = path.join(folder, name);
    if (name === "node_modules" || name === "recordings") continue;
    if (statSync(full).isDirectory()) walk(full, found);
    else found.push(full);
  }
  return found;
}

const files = roots.flatMap((root) => walk(root));
const sources: readonly Source[] = files.filter((file) => /\.tsx?$/.test(file)).map((file) => {
  const text = readFileSync(file, "utf8");
  return { file, text, lines: text.split("\n"),
    tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) };
});
const isTest = (file: string): boolean => file.endsWith(".test.ts") || file.startsWith("hw-tests/");
const isUi = (file: string): boolean => file.startsWith("firmware/northbound/web/ui/");
const product = sources.filter(({ file }) => !isTest(file) && !isUi(file));

function visit(node: ts.Node, each: (node: ts.Node) => void): void {
  each(node);
  ts.forEachChild(node, (child) => { visit(child, each); });
}

function at(source: Source, node: ts.Node): string {
  const { line } = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree));
  return `${source.file}:${line + 1}`;
}

/** The room of a file: the unit of the import rules. */
function room(file: string): string {
  const parts = file.split("/");
  if (parts[0] === "firmware" && parts.length === 2) return `firmware/${parts[1] ?? ""}`;
  if (parts[0] === "firmware" && parts[1] === "northbound") return `northbound/${parts[2] ?? ""}`;
  if (parts[0] === "firmware") return parts[1] ?? "";
  if (parts[0] === "drivers") return parts.length === 2 ? "drivers" : `drivers/${parts[1] ?? ""}`;
  return parts[0] ?? "";
}

const linkContracts = ["firmware/link/transport.ts", "firmware/link/driver.ts"];
/** Room -> rooms it may import from, besides itself. `*` stands for everything. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [], model: ["base/result"], wire: ["base", "model"], store: ["base"],
  link: ["base", "model", "wire"],
  numbers: ["base", "model", "switching"],
  supervisor: ["base", "model", "link"],
  config: ["base", "model", "store", "link", "supervisor", "numbers"],
  switching: ["base", "model", "wire", "store", "link", "supervisor"],
  watch: ["base", "store", "link", "supervisor", "switching"],
  delivery: ["base", "model", "store", "link", "supervisor", "switching"],
  paging: ["base", "model", "store", "link", "supervisor", "switching"],
  terminal: ["base", "store", "link", "switching"],
  update: ["base", "supervisor"],
  hotel: ["base", "model", "store", "link", "supervisor", "switching"],
  acceptance: ["base", "model", "store", "config", "link", "supervisor", "switching", "delivery"],
  "northbound/access": ["base", "model", "store", "supervisor", "switching", "config", "gen"],
  "northbound/api": ["base", "model", "store", "link", "switching", "supervisor", "config",
    "numbers", "delivery", "hotel", "paging", "terminal", "acceptance", "update",
    "northbound/access", "gen"],
  "northbound/csta": ["base", "model", "wire", "switching", "config", "northbound/access",
    "northbound/api"],
  "northbound/grpc": ["base", "model", "supervisor", "northbound/access", "northbound/api", "gen"],
  "northbound/rfc2217": ["base", "wire", "terminal", "northbound/access", "northbound/api"],
  "northbound/web": ["base", "model", "supervisor", "northbound/access", "northbound/api", "gen"],
  cli: ["gen"],
  image: ["base", "update"],
};

function importsOf(source: Source): { readonly target: string; readonly node: ts.Node }[] {
  const found: { target: string; node: ts.Node }[] = [];
  visit(source.tree, (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
      && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)
      && node.moduleSpecifier.text.startsWith(".")) {
      const target = path.join(path.dirname(source.file), node.moduleSpecifier.text)
        .replace(/\.js$/, ".ts");
      found.push({ target, node });
    }
  });
  return found;
}

function allowed(from: string, target: string): boolean {
  const to = target.startsWith("proto/gen/") ? "gen" : room(target);
  const own = room(from);
  if (to === own) return true;
  if (own.startsWith("firmware/") || own === "drivers") return true;
  if (own.startsWith("drivers/")) {
    return ["base", "model", "wire"].includes(to) || linkContracts.includes(target)
      || target === "drivers/conformance.ts";
  }
  if (own === "model") return target === "firmware/base/result.ts";
  return (mayImport[own] ?? []).includes(to);
}

describe("tidy", function () {
  this.timeout(30_000);

  it("imports point down, never up or sideways", () => {
    const breaches = product.flatMap((source) => importsOf(source)
      .filter(({ target }) => !allowed(source.file, target))
      .map(({ target, node }) => `${at(source, node)} imports ${target}`));
    assert.deepEqual(breaches, []);
  });

  it("only composition roots and whole-system tests import the driver registry", () => {
    const may = ["firmware/main.ts", "firmware/ctictl.ts", "firmware/generated-pages.ts",
      "drivers/conformance.test.ts"];
    const breaches = sources.filter(({ file }) => !may.includes(file)
      && !file.startsWith("hw-tests/") && !file.startsWith("drivers/"))
      .filter((source) => importsOf(source).some(({ target }) => target === "drivers/index.ts"))
      .map(({ file }) => file);
    assert.deepEqual(breaches, []);
  });

  it("time, randomness, environment and console come through the World", () => {
    const banned = new Set(["Date", "setTimeout", "setInterval", "setImmediate", "console",
      "randomBytes", "randomUUID", "randomInt", "getRandomValues"]);
    const free = ["firmware/base/world-node.ts", "firmware/main.ts", "firmware/ctictl.ts",
      "firmware/cli/environment.ts", "image/unit/boot-slots.ts",
      "image/unit/console.ts", "image/unit/panel.ts", "image/unit/recovery-key.ts",
      "image/unit/set-network.ts"];
    const breaches: string[] = [];
    for (const source of product.filter(({ file }) => !free.includes(file))) {
      visit(source.tree, (node) => {
        const called = ts.isNewExpression(node) || ts.isCallExpression(node)
          ? node.expression : undefined;
        const name = called === undefined ? undefined
          : ts.isIdentifier(called) ? called.text
          : ts.isPropertyAccessExpression(called)
            ? ts.isIdentifier(called.expression) && ["console", "Date", "Math", "crypto"]
              .includes(called.expression.text)
              ? `${called.expression.text}.${called.name.text}` : undefined
            : undefined;
        const isPure = ts.isNewExpression(node) && name === "Date"
          && (node.arguments?.length ?? 0) > 0;
        if (name !== undefined && !isPure && (banned.has(name) || name.startsWith("console.")
          || name === "Date.now" || name === "Math.random" || name.startsWith("crypto.random"))) {
          breaches.push(`${at(source, node)} ${name}`);
        }
        if (ts.isPropertyAccessExpression(node) && node.getText(source.tree) === "process.env") {
          breaches.push(`${at(source, node)} process.env`);
        }
      });
    }
    assert.deepEqual(breaches, []);
  });

  it("lines, files and functions are short", () => {
    const breaches: string[] = [];
    for (const source of sources) {
      source.lines.forEach((line, index) => {
        // The kernel reads only one line of how to start a program.
        if (line.length > lineColumnsMax && !line.startsWith("#!")) {
          breaches.push(`${source.file}:${index + 1} ${line.length} columns`);
        }
      });
      if (source.lines.length > fileLinesMax) {
        breaches.push(`${source.file} ${source.lines.length} lines`);
      }
      if (isTest(source.file)) continue;
      visit(source.tree, (node) => {
        if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return;
        const text = node.body.getText(source.tree);
        const nested = isFactory(node);
        const lines = text.split("\n").length;
        if (lines > functionLinesMax && !nested) {
          breaches.push(`${at(source, node)} ${lines} lines`);
        }
      });
    }
    assert.deepEqual(breaches, []);
  });

  it("nothing is typed away", () => {
    const breaches: string[] = [];
    for (const source of product) {
      visit(source.tree, (node) => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) breaches.push(`${at(source, node)} any`);
        if (ts.isNonNullExpression(node)) breaches.push(`${at(source, node)} non-null !`);
        if (ts.isEnumDeclaration(node)) breaches.push(`${at(source, node)} enum`);
        if (ts.isModuleDeclaration(node)) breaches.push(`${at(source, node)} namespace`);
        if (ts.isExportAssignment(node)) breaches.push(`${at(source, node)} default export`);
      });
      if (/@ts-(ignore|nocheck|expect-error)|eslint-disable/.test(source.text)) {
        breaches.push(`${source.file} switches a check off`);
      }
    }
    assert.deepEqual(breaches, []);
  });

  it("comments hold no unfinished work", () => {
    const mark = new RegExp(["TO", "DO|FIX", "ME|X", "XX|HA", "CK"].join(""));
    assert.deepEqual(sources.filter(({ text }) => mark.test(text)).map(({ file }) => file), []);
  });

  it("file names are nouns of the domain in kebab-case", () => {
    const vague = /^(utils?|helpers?|common|types|manager|misc)\b/;
    const breaches = sources.map(({ file }) => path.basename(file)).filter((name) =>
      vague.test(name) || !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.tsx?$/.test(name));
    assert.deepEqual(breaches, []);
  });

  it("every folder of firmware and drivers says what it owns, briefly", () => {
    const folders = new Set(product.map(({ file }) => path.dirname(file)));
    const breaches = [...folders].flatMap((folder) => {
      const readme = path.join(folder, "README.md");
      const nearest = existsSync(readme) ? readme : path.join(path.dirname(folder), "README.md");
      if (!existsSync(nearest)) return [`${folder} has no README.md`];
      const lines = readFileSync(nearest, "utf8").trimEnd().split("\n").length;
      // A driver's README is its reference, and the top one is the newcomer's guide.
      const isLong = /^drivers\/[^/]+$|^\.$/.test(path.dirname(nearest));
      return lines > readmeLinesMax && !isLong ? [`${nearest} ${lines} lines`] : [];
    });
    assert.deepEqual(breaches, []);
  });

  it("assumptions stand in the driver's README, observations name a recording", () => {
    const breaches: string[] = [];
    for (const source of sources.filter(({ file }) => /^drivers\/[^/]+\//.test(file))) {
      const folder = source.file.split("/").slice(0, 2).join("/");
      const readme = readdirSync(folder).filter((name) => name.endsWith(".md"))
        .map((name) => readFileSync(path.join(folder, name), "utf8")).join(" ")
        .replace(/\s+/g, " ");
      const prose = source.text.replace(/\n\s*(\/\/|\*)\s*/g, " ");
      for (const [, claim] of prose.matchAll(/Assumed: ([^.]+)\./g)) {
        if (claim !== undefined && !readme.includes(claim.replace(/\s+/g, " "))) {
          breaches.push(`${source.file}: "Assumed: ${claim}" is in no page of ${folder}`);
        }
      }
    }
    assert.deepEqual(breaches, []);
  });

  it("why bytes and settings are refused is said in French too", () => {
    const silent: string[] = [];
    for (const source of product.filter(({ file }) => refusing.test(file))) {
      visit(source.tree, (node) => {
        for (const words of refusals(node)) {
          if (/^[a-z].* /.test(words) && inFrench(words) === undefined) {
            silent.push(`${at(source, node)} ${words}`);
          }
        }
      });
    }
    assert.deepEqual(silent, [], "firmware/base/french-*.ts lacks them");
  });
});

/** Where lines, frames and documents are refused. */
const refusing = new RegExp(["drivers/smdr/(codec|formats/[a-z0-9-]+|framings/[a-z0-9-]+)",
  "drivers/[a-z-]+/options", "firmware/wire/(caller-id[a-z-]*|stx-frames|espa|tap)",
  "firmware/config/(references|csta-checks|target-checks|check-document|document-source)"]
  .map((file) => `^${file}\\.ts$`).join("|"));
const refusers = /(garbage|wrong|refuse|regex|refine|push)$/i;

/** What a return, a reason, a message or a refusing call says; `{}` where something is set in. */
function refusals(node: ts.Node): readonly string[] {
  if (ts.isReturnStatement(node) && node.expression !== undefined) return said(node.expression);
  if (ts.isPropertyAssignment(node) && /^(reason|message)$/.test(node.name.getText())) {
    return said(node.initializer);
  }
  return ts.isCallExpression(node) && refusers.test(node.expression.getText())
    ? node.arguments.flatMap(said) : [];
}

function said(node: ts.Expression): readonly string[] {
  if (ts.isParenthesizedExpression(node)) return said(node.expression);
  if (ts.isConditionalExpression(node)) return [...said(node.whenTrue), ...said(node.whenFalse)];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return [[node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("{}")];
  }
  const isSum = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
  return !isSum ? ["{}"]
    : said(node.left).flatMap((left) => said(node.right).map((right) => `${left}${right}`));
}

/** A factory is a closure that holds its own functions; its parts are measured one by one. */
function isFactory(node: ts.Node): boolean {
  let inner = 0;
  visit(node, (child) => {
    if (child !== node && ts.isFunctionLike(child)) inner += child.getText().split("\n").length;
  });
  return inner > 0 && node.getText().split("\n").length - inner <= functionLinesMax;
}
