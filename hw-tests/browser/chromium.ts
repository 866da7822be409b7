/** Debian's Chromium, driven by playwright-core; nothing is fetched from anywhere. */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** What to type when it is not there. */
export function missingChromium(): string | undefined {
  return existsSync(executablePath) ? undefined : "apt-get install chromium";
}

export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8");

/** What axe finds wrong on the page as it stands, one line each with the first place. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  const found: unknown = await page.evaluate(`axe.run(document, { runOnly: ["wcag2a", "wcag2aa",
    "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((result) => result.violations.map(
    (row) => row.id + ": " + row.help + " at " + row.nodes[0].target.join(" ")))`);
  return found as string[];
}

/** Pixels by which the page is wider than its window. */
export async function overhangPx(page: Page): Promise<number> {
  const px: unknown = await page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth");
  return px as number;
}
