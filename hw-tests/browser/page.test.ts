/** The page in a real browser, with a whole gateway and its simulated office behind it. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { need } from "../requirement.js";
import { axeFindings, missingChromium, overhangPx, startChromium } from "./chromium.js";

interface Office {
  readonly webUrl: string;
  readonly adminName: string;
  readonly adminPassword: string;
  stop(): Promise<void>;
}

const minuteMs = 60_000;
/** What a page needs to load its parts and ask its questions. */
const settledMs = 10_000;
const newPassword = "a new one for the page's test";
const pages = ["overview", "calls", "links", "records", "numbers", "alarms", "configuration",
  "system", "access", "account", "more"] as const;

const officeModule = new URL("../office.js", import.meta.url);

async function startOffice(): Promise<Office> {
  const module = await import(officeModule.href) as { startOffice(): Promise<Office> };
  return module.startOffice();
}

/** Signs in by keyboard: the name field has the focus, Tab leads on, Enter sends. */
async function signIn(page: Page, office: Office, password: string): Promise<void> {
  await page.goto(`${office.webUrl}/`);
  await page.locator("input[name=username]:focus").waitFor();
  await page.keyboard.type(office.adminName);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
}

/** A first administrator has to choose a password before anything else. */
async function passGate(page: Page, password: string): Promise<string> {
  await page.locator(".frame, main.alone input[type=password]").first().waitFor();
  if (await page.locator(".frame").count() > 0) return password;
  const fields = page.locator("main.alone input[type=password]");
  await fields.nth(0).fill(password);
  await fields.nth(1).fill(newPassword);
  await fields.nth(2).fill(newPassword);
  await page.keyboard.press("Enter");
  await page.locator(".frame").waitFor();
  return newPassword;
}

async function go(page: Page, office: Office, name: string): Promise<void> {
  await page.goto(`${office.webUrl}/#/${name}`);
  await page.locator("main h1").waitFor();
  await page.locator("main .skeleton").first().waitFor({ state: "detached", timeout: settledMs });
}

/** Makes the window as tall as the page, so that its bars lie over nothing that axe measures. */
async function showAll(page: Page, width: number): Promise<void> {
  const heightPx: unknown = await page.evaluate("document.documentElement.scrollHeight + 400");
  await page.setViewportSize({ width, height: Number(heightPx) });
}

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.evaluate((element) => element.matches(":focus"))) return;
  }
  assert.fail(`Tab does not lead to ${String(wanted)}`);
}

describe("page in a browser", function () {
  this.timeout(3 * minuteMs);
  let office: Office | undefined;
  let browser: Browser | undefined;
  let context: BrowserContext;
  let page: Page;
  let password: string;
  const defects: string[] = [];

  const there = (): Office => office ?? assert.fail("no office");

  before(async function () {
    need(this, "browser", missingChromium() ?? (existsSync(fileURLToPath(officeModule))
      ? undefined : "hw-tests/office.ts, the simulated office"));
    office = await startOffice();
    browser = await startChromium();
    context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "fr-FR",
      timezoneId: "Europe/Paris", reducedMotion: "reduce",
      viewport: { width: 1_280, height: 900 } });
    page = await context.newPage();
    page.on("pageerror", (error) => { defects.push(error.message); });
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) defects.push(message.text());
    });
  });

  after(async () => {
    await browser?.close();
    await office?.stop();
  });

  it("says plainly that a password is wrong", async () => {
    await signIn(page, there(), "surely not this one");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.equal(await alert.textContent(), "Nom d'utilisateur ou mot de passe incorrect.");
    assert.deepEqual(await axeFindings(page), []);
  });

  it("signs in by keyboard and shows both links up within a minute", async () => {
    await signIn(page, there(), there().adminPassword);
    password = await passGate(page, there().adminPassword);
    assert.notEqual(password, "");
    await go(page, there(), "overview");
    await page.locator(".link-card.link-3").nth(1).waitFor({ timeout: minuteMs });
    assert.equal(await page.locator(".link-card").count(),
      await page.locator(".link-card.link-3").count());
    await page.locator(".top .badge.tone-good").waitFor();
  });

  it("pops up an incoming call within a minute and leaves the focus where it is", async () => {
    await go(page, there(), "overview");
    const number = page.getByLabel("Numéro à appeler");
    await number.focus();
    const pop = page.locator(".pop-alerting").first();
    await pop.waitFor({ timeout: minuteMs });
    assert.notEqual((await pop.locator(".pop-caller").textContent() ?? "").trim(), "");
    assert.equal(await number.evaluate((element) => element.matches(":focus")), true);
    const [dock, content] = [await page.locator(".pops").boundingBox(),
      await page.locator("main").boundingBox()];
    assert.ok(dock !== null && content !== null);
    assert.ok(dock.x + dock.width <= content.x, "the cards have a column of their own");
    const card = await pop.elementHandle();
    assert.ok(card !== null);
    await pop.getByRole("button", { name: "Écarter cet appel" }).click();
    await card.waitForElementState("hidden");
  });

  it("shows calls coming and going", async () => {
    await go(page, there(), "calls");
    await page.locator(".call").first().waitFor({ timeout: minuteMs });
    const one = await page.locator(".call").last().elementHandle();
    assert.ok(one !== null);
    await one.waitForElementState("hidden", { timeout: 2 * minuteMs });
  });

  it("dials by click and hangs up", async () => {
    await go(page, there(), "calls");
    const select = page.getByLabel("Mon poste");
    await select.locator("option").nth(1).waitFor({ state: "attached" });
    await select.selectOption({ index: 1 });
    const [, mine] = (await select.inputValue()).split("\n");
    assert.ok(mine !== undefined);
    await page.getByLabel("Numéro à appeler").fill("01 45 67 01 23");
    await page.getByText(/^Sera composé /).waitFor();
    await page.getByRole("button", { name: "Appeler", exact: true }).click();
    await page.locator(".toast.tone-good").waitFor();
    const call = page.locator(".call").filter({ hasText: "01 45 67 01 23" });
    const hangUp = call.getByRole("group", { name: `Actions pour ${mine}` })
      .getByRole("button", { name: "Raccrocher" });
    await hangUp.waitFor({ timeout: minuteMs });
    await page.locator(".toast button").click();
    await hangUp.click();
    await page.locator(".toast.tone-good").waitFor();
    await call.waitFor({ state: "detached", timeout: minuteMs });
  });

  it("pops up calls for my device only, once I have chosen it, unless I wish otherwise",
    async () => {
      await go(page, there(), "account");
      const scope = page.getByLabel("Fiche d'appel pour");
      assert.equal(await scope.inputValue(), "mine");
      await scope.selectOption("off");
      await page.locator(".pops").waitFor({ state: "detached" });
      await scope.selectOption("all");
    });

  it("pauses an agent with a reason and makes it ready again", async () => {
    await go(page, there(), "calls");
    const agent = page.locator(".agent").last();
    await agent.getByRole("button", { name: "Pause" }).click();
    const dialog = page.getByRole("dialog", { name: "Mettre un agent en pause" });
    await dialog.getByLabel("Motif").fill("déjeuner");
    assert.deepEqual(await axeFindings(page), []);
    await page.keyboard.press("Enter");
    await agent.getByText("en pause (déjeuner)").waitFor();
    await agent.getByRole("button", { name: "Disponible" }).click();
    await agent.getByText("en pause (déjeuner)").waitFor({ state: "detached" });
    await agent.getByRole("button", { name: "Pause" }).waitFor();
  });

  it("dials by keyboard alone, from the skip link on", async () => {
    await go(page, there(), "calls");
    await page.reload();
    await page.locator("main h1").waitFor();
    const skip = page.getByRole("button", { name: "Aller au contenu" });
    await tabTo(page, skip);
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByLabel("Numéro à appeler"));
    const value = await page.getByLabel("Mon poste").inputValue();
    assert.notEqual(value, "", "my device is remembered");
    await page.keyboard.type("0142685300");
    await page.keyboard.press("Enter");
    await page.locator(".toast").waitFor();
    assert.match(await page.locator(".toast").textContent() ?? "", /Le PBX appelle/);
  });

  it("shows what a link can do, and its devices", async () => {
    await go(page, there(), "links");
    await page.locator(".link-card h2 a").last().click();
    await page.getByRole("heading", { name: "Capacités" }).waitFor();
    await page.locator("main tbody tr").first().waitFor();
    await showAll(page, 1_280);
    assert.deepEqual(await axeFindings(page), []);
    await page.setViewportSize({ width: 1_280, height: 900 });
  });

  it("finds records by number and shows what happened in one", async () => {
    await go(page, there(), "records");
    const rows = page.locator(".records tbody tr");
    await rows.first().waitFor({ timeout: minuteMs });
    const device = (await page.locator(".records td.record-answer").allTextContents())
      .find((text) => /^\d+$/.test(text));
    assert.ok(device !== undefined, "a call was answered");
    await page.getByLabel("Poste", { exact: true }).fill(device);
    await page.keyboard.press("Enter");
    await rows.filter({ hasNotText: device }).first().waitFor({ state: "detached" });
    assert.ok(await rows.count() > 0);
    await page.locator("canvas").waitFor();
    await rows.first().getByRole("link").click();
    await page.getByRole("heading", { name: "Déroulement" }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
  });

  it("shows all errors of a configuration and leads to their lines", async () => {
    await go(page, there(), "configuration");
    const editor = page.getByRole("textbox", { name: "Document de configuration" });
    await editor.fill("version: 1\nnonsense: true\nretention:\n  recordsDays: never\n");
    await page.getByRole("button", { name: "Valider" }).click();
    const lines = page.locator(".problems.tone-bad li button");
    await lines.nth(1).waitFor();
    const last = lines.last();
    assert.match(await last.textContent() ?? "", /^ligne \d+$/);
    await last.click();
    const chosen: unknown = await editor.evaluate(
      "document.activeElement.value.slice(document.activeElement.selectionStart, "
      + "document.activeElement.selectionEnd)");
    assert.match(String(chosen), /nonsense|recordsDays/);
    await page.getByRole("button", { name: "Revenir à celle en vigueur" }).click();
  });

  it("speaks French and English", async () => {
    await go(page, there(), "overview");
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
    await page.getByRole("button", { name: "EN", exact: true }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    await page.reload();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.getByRole("button", { name: "FR", exact: true }).click();
    await page.getByRole("heading", { name: "Vue d'ensemble" }).waitFor();
  });

  for (const name of pages) {
    it(`has nothing for axe to find on ${name}, by day and night, on desk and phone`, async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [1_280, 390]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 900 });
          await go(page, there(), name);
          await showAll(page, width);
          assert.deepEqual(await axeFindings(page), [], `${colorScheme}, ${width} px`);
          assert.equal(await overhangPx(page) <= 0, true, `${width} px: scrolls sideways`);
        }
      }
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: 1_280, height: 900 });
    });
  }

  it("signs out", async () => {
    await go(page, there(), "overview");
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    await page.locator("input[name=username]").waitFor();
  });

  it("met no script error and no breach of the content policy", () => {
    assert.deepEqual(defects, []);
  });
});
