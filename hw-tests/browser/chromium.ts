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

const fingerPx = 44;

/**
 * What can be tapped and is smaller than a finger. Links within a sentence may be: WCAG 2.5.8. Of a
 * terminal the screen is what one taps, not the field behind it that takes the keys.
 */
export async function tooSmall(page: Page): Promise<readonly string[]> {
  const found: unknown = await page.evaluate(`[...document.querySelectorAll(
      "button, select, summary, textarea, input, a[href]")].flatMap((element) => {
    const box = (element.type === "checkbox" ? element.closest("label") ?? element : element)
      .getBoundingClientRect();
    const style = getComputedStyle(element);
    const hidden = box.width === 0 || !element.checkVisibility({ visibilityProperty: true })
      || element.closest("details:not([open]) > :not(summary)") !== null
      || element.classList.contains("skip") || element.classList.contains("xterm-helper-textarea");
    const inSentence = element.tagName === "A" && style.display === "inline";
    return hidden || inSentence || Math.min(box.width, box.height) >= ${fingerPx - 0.5}
      ? [] : [element.tagName + " " + (element.getAttribute("aria-label") ?? element.textContent
        ?? "").slice(0, 30) + " " + Math.round(box.width) + "x" + Math.round(box.height)];
  })`);
  return found as string[];
}
