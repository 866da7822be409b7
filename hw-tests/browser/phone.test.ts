/** The day's work on a phone: a phone's window, fingers only, in French. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { need } from "../requirement.js";
import { axeFindings, missingChromium, overhangPx, tooSmall } from "./chromium.js";
import { go, minuteMs, phone, showAll, startVisit, type Visit } from "./visit.js";

const pages = ["overview", "calls", "links", "ports", "records", "delivery", "applications",
  "numbers", "alarms", "configuration", "system", "access", "account", "more"] as const;

describe("page on a phone", function () {
  this.timeout(3 * minuteMs);
  let visit: Visit;
  let page: Page;

  before(async function () {
    need(this, "browser", missingChromium());
    visit = await startVisit(phone());
    page = visit.page;
  });

  after(() => visit?.end());

  const tab = async (name: string): Promise<void> => {
    await page.locator(".bottom").getByRole("link", { name }).tap();
    await page.locator("main h1").waitFor();
  };
  const button = (within: Page | Locator, name: string): Locator =>
    within.getByRole("button", { name, exact: true });

  it("signs in and sees both links up", async () => {
    await page.goto(`${visit.office.webUrl}/`);
    await page.getByLabel("Nom d'utilisateur").tap();
    await page.keyboard.type(visit.office.adminName);
    await page.getByLabel("Mot de passe", { exact: true }).tap();
    await page.keyboard.type(visit.office.adminPassword);
    assert.deepEqual(await tooSmall(page), []);
    await button(page, "Se connecter").tap();
    await page.locator(".link-card.link-3").nth(1).waitFor({ timeout: minuteMs });
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  });

  const told = async (): Promise<void> => {
    await button(page.locator(".toast.tone-good"), "Fermer").tap();
  };

  it("answers a screen-pop's call and transfers it", async () => {
    const answer = button(page.locator(".pop-alerting"), "Répondre").first();
    await answer.waitFor({ timeout: minuteMs });
    const caller = await page.locator(".pop-alerting .pop-caller").textContent() ?? "";
    assert.notEqual(caller.trim(), "");
    await answer.tap();
    await told();
    await button(page.locator(".pop-answered"), "Transférer").tap();
    const dialog = page.getByRole("dialog", { name: "Transférer" });
    await dialog.locator("input").tap();
    await page.keyboard.type("1012");
    assert.deepEqual(await tooSmall(page), []);
    await button(dialog, "Transférer").tap();
    await told();
    await dialog.waitFor({ state: "detached" });
  });

  it("dials and hangs up", async () => {
    await tab("Appels");
    const select = page.getByLabel("Mon poste");
    await select.locator("option").nth(1).waitFor({ state: "attached" });
    await select.selectOption({ index: 1 });
    const [, mine] = (await select.inputValue()).split("\n");
    await page.getByLabel("Numéro à appeler").tap();
    await page.keyboard.type("01 45 67 01 23");
    await button(page, "Appeler").tap();
    await told();
    const call = page.locator(".call").filter({ hasText: "01 45 67 01 23" });
    await button(call.getByRole("group", { name: `Actions pour ${mine ?? ""}` }), "Raccrocher")
      .tap({ timeout: minuteMs });
    await told();
    await call.waitFor({ state: "detached", timeout: minuteMs });
  });

  it("finds a record and reads it", async () => {
    await tab("Historique");
    const rows = page.locator(".records tbody tr");
    await rows.first().waitFor({ timeout: minuteMs });
    await button(page, "Chercher").tap();
    await rows.first().getByRole("link").tap();
    await page.getByRole("heading", { name: "Déroulement" }).waitFor();
  });

  it("sees the alarms", async () => {
    await tab("Alarmes");
    await page.getByRole("heading", { name: "Actives" }).waitFor();
  });

  for (const name of pages) {
    it(`fits fingers on ${name}, without scrolling sideways`, async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await go(visit, name);
      assert.equal(await overhangPx(page) <= 0, true, "scrolls sideways");
      await showAll(page, 390);
      assert.deepEqual(await tooSmall(page), []);
      assert.deepEqual(await axeFindings(page), []);
    });
  }

  it("met no script error and no breach of the content policy", () => {
    assert.deepEqual(visit.defects, []);
  });
});
