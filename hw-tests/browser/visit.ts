/** A whole gateway with its simulated office, and what every visitor of its page does first. */

import assert from "node:assert/strict";
import { devices, type Browser, type BrowserContextOptions, type BrowserContext, type Locator,
  type Page } from "playwright-core";
import { type OfficeUnderTest, startOffice } from "../office.js";
import { need } from "../requirement.js";
import { axeFindings, missingChromium, overhangPx, startChromium, tooSmall } from "./chromium.js";

export const minuteMs = 60_000;
/** What a page needs to load its parts and ask its questions. */
const settledMs = 10_000;

export interface Visit {
  readonly office: OfficeUnderTest;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Script errors and breaches of the content policy, wherever they happened. */
  readonly defects: readonly string[];
  end(): Promise<void>;
}

/** A gateway's page, of whatever gateway. */
export interface At {
  readonly page: Page;
  readonly office: Pick<OfficeUnderTest, "webUrl" | "adminName">;
}

export async function startVisit(options: BrowserContextOptions): Promise<Visit> {
  const office = await startOffice();
  const browser = await startChromium();
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "fr-FR",
    timezoneId: "Europe/Paris", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const defects: string[] = [];
  page.on("pageerror", (error) => { defects.push(error.message); });
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) defects.push(message.text());
  });
  return { office, browser, context, page, defects,
    end: async () => {
      await browser.close();
      await office.stop();
    } };
}

/** Signs in by keyboard: the name field has the focus, Tab leads on, Enter sends. */
export async function signIn({ page, office }: At, password: string): Promise<void> {
  await page.goto(`${office.webUrl}/`);
  await page.locator("input[name=username]:focus").waitFor();
  await page.keyboard.type(office.adminName);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
}

/** For a `before` hook: the administrator is in. Skips aloud where there is no browser. */
export async function signedIn(
  test: Mocha.Context, options: BrowserContextOptions,
): Promise<Visit> {
  need(test, "browser", missingChromium());
  const visit = await startVisit(options);
  try {
    await signIn(visit, visit.office.adminPassword);
    await visit.page.locator(".frame").waitFor();
  } catch (error) {
    await visit.end();
    throw error;
  }
  return visit;
}

export async function go({ page, office }: At, name: string): Promise<void> {
  await page.goto(`${office.webUrl}/#/${name}`);
  await page.locator("main h1").waitFor();
  await page.locator("main .skeleton").first().waitFor({ state: "detached", timeout: settledMs });
}

/** Presses Tab until the element has the focus. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.evaluate((element) => element.matches(":focus"))) return;
  }
  assert.fail(`Tab does not lead to ${String(wanted)}`);
}

/** Makes the window as tall as the page, so that its bars lie over nothing that axe measures. */
export async function showAll(page: Page, width: number): Promise<void> {
  const heightPx: unknown = await page.evaluate("document.documentElement.scrollHeight + 400");
  await page.setViewportSize({ width, height: Number(heightPx) });
}

/** Of the telephones that these visitors have. */
export const phonePx = { width: 390, height: 844 } as const;

/** A telephone with fingers. */
export function phone(): BrowserContextOptions {
  const { defaultBrowserType: _browser, ...options } = devices["iPhone 14"] ?? assert.fail();
  return { ...options, viewport: phonePx };
}

/**
 * At each width nothing overhangs, everything can be tapped on a telephone, and axe finds nothing,
 * dark or light. The window is as before then.
 */
export async function assertClean(page: Page, ...widths: readonly number[]): Promise<void> {
  const before = page.viewportSize() ?? phonePx;
  for (const width of widths.length === 0 ? [phonePx.width] : widths) {
    await page.setViewportSize({ width, height: before.height });
    assert.equal(await overhangPx(page) <= 0, true, `scrolls sideways at ${width}`);
    await showAll(page, width);
    if (before.width === phonePx.width) assert.deepEqual(await tooSmall(page), []);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await axeFindings(page), [], `${colorScheme} at ${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
}
