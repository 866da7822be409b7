/** The page in a real browser, with a whole gateway and its simulated office behind it. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { need } from "../requirement.js";
import { axeFindings, missingChromium, overhangPx } from "./chromium.js";
import { until } from "../loopback/gateway-process.js";
import { go, minuteMs, showAll, signIn, startVisit, tabTo, type Visit } from "./visit.js";

const pages = ["overview", "calls", "links", "ports", "records", "delivery", "applications",
  "numbers", "alarms", "configuration", "system", "access", "account", "more"] as const;

describe("page in a browser", function () {
  this.timeout(3 * minuteMs);
  let visit: Visit;
  let page: Page;

  before(async function () {
    need(this, "browser", missingChromium());
    visit = await startVisit({ viewport: { width: 1_280, height: 900 } });
    page = visit.page;
  });

  after(() => visit?.end());

  it("says plainly that a password is wrong", async () => {
    await signIn(visit, "surely not this one");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.equal(await alert.textContent(), "Nom d'utilisateur ou mot de passe incorrect.");
    assert.deepEqual(await axeFindings(page), []);
  });

  it("signs in by keyboard and shows both links up within a minute", async () => {
    await signIn(visit, visit.office.adminPassword);
    await page.locator(".frame").waitFor();
    await go(visit, "overview");
    await page.locator(".link-card.link-3").nth(1).waitFor({ timeout: minuteMs });
    assert.equal(await page.locator(".link-card").count(),
      await page.locator(".link-card.link-3").count());
    await page.locator(".top .badge.tone-good").waitFor();
  });

  it("pops up an incoming call within a minute and leaves the focus where it is", async () => {
    await go(visit, "overview");
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
    await go(visit, "calls");
    await page.locator(".call").first().waitFor({ timeout: minuteMs });
    const one = await page.locator(".call").last().elementHandle();
    assert.ok(one !== null);
    await one.waitForElementState("hidden", { timeout: 2 * minuteMs });
  });

  it("dials by click and hangs up", async () => {
    await go(visit, "calls");
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

  it("stays usable with a thousand calls: the newest in rows, the others by search", async () => {
    const url = "**/cti.gateway.v1.CallsService/SnapshotCalls";
    await page.route(url, async (route) => {
      const response = await route.fetch();
      const real = await response.json() as { calls?: unknown[]; eventNumber?: string };
      const calls = Array.from({ length: 1_000 }, (_, index) => ({ link: "head-office",
        call: `many-${index}`, startedAt: new Date(1_700_000_000_000 + index * 1_000).toISOString(),
        calling: { raw: `77${String(index).padStart(4, "0")}` },
        connections: [{ id: { call: `many-${index}`, device: "1001" },
          state: "CONNECTION_STATE_CONNECTED" }] }));
      await route.fulfill({ response, json: { ...real, calls } });
    });
    await go(visit, "calls");
    await page.reload();
    await page.getByText(/^9\d\d appels plus anciens ne sont pas montrés/).waitFor();
    assert.equal(await page.locator(".call").count(), 100);
    await page.getByLabel("Chercher un poste, un numéro ou un nom").fill("770000");
    await page.locator(".call").nth(1).waitFor({ state: "detached" });
    assert.match(await page.locator(".call").textContent() ?? "", /770000/);
    await page.unroute(url);
    await page.reload();
  });

  it("pops up calls for my device only, once I have chosen it, unless I wish otherwise",
    async () => {
      await go(visit, "account");
      const scope = page.getByLabel("Fiche d'appel pour");
      assert.equal(await scope.inputValue(), "mine");
      await scope.selectOption("off");
      await page.locator(".pops").waitFor({ state: "detached" });
      await scope.selectOption("all");
    });

  it("pauses an agent with a reason and makes it ready again", async () => {
    await go(visit, "calls");
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
    await go(visit, "calls");
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
    await go(visit, "links");
    await page.locator(".link-card h2 a").last().click();
    await page.getByRole("heading", { name: "Capacités" }).waitFor();
    await page.locator("main tbody tr").first().waitFor();
    await showAll(page, 1_280);
    assert.deepEqual(await axeFindings(page), []);
    await page.setViewportSize({ width: 1_280, height: 900 });
  });

  it("finds records by number and shows what happened in one", async () => {
    await go(visit, "records");
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

  it("explains a number rule by rule, in both languages, and tries a changed rule on real calls",
    async () => {
      await go(visit, "numbers");
      await page.getByLabel("Numéro", { exact: true }).fill("01 45 67 01 23");
      await page.getByRole("button", { name: "Expliquer" }).click();
      const steps = page.locator(".rules .rule p");
      await steps.first().waitFor();
      const french = await steps.allTextContents();
      await page.getByRole("button", { name: "EN", exact: true }).click();
      await page.getByRole("button", { name: "Explain" }).click();
      await steps.getByText(french[0] ?? "", { exact: true }).waitFor({ state: "detached" });
      assert.equal((await steps.allTextContents()).length, french.length);
      await page.getByRole("button", { name: "FR", exact: true }).click();
      await page.getByRole("button", { name: "Partir des règles en vigueur" }).click();
      const rules = page.locator("textarea.code:not(:placeholder-shown)");
      await rules.waitFor();
      assert.match(await rules.inputValue(), /^country: FR$/m);
      await rules.fill((await rules.inputValue()).replace("country: FR", "country: BE"));
      await page.getByRole("button", { name: "Essayer" }).click();
      await page.locator(".note.tone-warn").filter({ hasText: /appel/ }).waitFor();
      assert.ok(await page.locator("main table tbody tr").count() > 0);
    });

  it("shows all errors of a configuration and leads to their lines", async () => {
    await go(visit, "configuration");
    await page.getByRole("button", { name: "Texte" }).click();
    const editor = page.getByRole("textbox", { name: "Document de configuration" });
    await editor.fill("version: 1\nnonsense: true\nretention:\n  recordsDays: never\n");
    await page.getByRole("button", { name: "Valider" }).click();
    const lines = page.locator(".problems.tone-bad li button");
    await lines.nth(1).waitFor();
    const last = lines.last();
    assert.match(await last.textContent() ?? "", /^ligne \d+$/);
    await last.click();
    // The page leads there once it has been drawn.
    await until("the line is chosen", async () => /nonsense|recordsDays/.test(String(
      await editor.evaluate("document.activeElement.value?.slice("
        + "document.activeElement.selectionStart, document.activeElement.selectionEnd)"))));
    await page.getByRole("button", { name: "Revenir à celle en vigueur" }).click();
  });

  it("speaks French and English", async () => {
    await go(visit, "overview");
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
          await go(visit, name);
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
    await go(visit, "overview");
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    await page.locator("input[name=username]").waitFor();
  });

  it("met no script error and no breach of the content policy", () => {
    assert.deepEqual(visit.defects, []);
  });
});
