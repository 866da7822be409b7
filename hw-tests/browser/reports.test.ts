/** An installer who hands a site over: the acceptance report by the page, on a telephone. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import { verifyReport } from "../../firmware/cli/report-verifier.js";
import { assertClean, go, minuteMs, phone, signedIn, type Visit } from "./visit.js";

describe("acceptance reports in a browser", function () {
  this.timeout(3 * minuteMs);
  let visit: Visit;
  let page: Page;

  before(async function () {
    visit = await signedIn(this, { ...phone(), acceptDownloads: true });
    page = visit.page;
  });

  after(() => visit?.end());

  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });

  async function saved(name: string): Promise<string> {
    const [download] = await Promise.all([page.waitForEvent("download"),
      page.getByRole("link", { name, exact: true }).tap()]);
    return readFile(await download.path(), "utf8");
  }

  it("says that there is none yet", async () => {
    await go(visit, "reports");
    await page.getByText("Il n'y a pas encore de rapport").waitFor();
    await assertClean(page);
  });

  it("asks for a test call, and can be stopped; nothing is kept then", async () => {
    await button("Lancer les essais").tap();
    await page.locator(".doctor-call", { hasText: "Faites un appel d'essai maintenant" })
      .waitFor({ timeout: minuteMs });
    // The office's own calls would answer the wish soon.
    await button("Arrêter").tap();
    await button("Lancer les essais").waitFor();
    await page.reload();
    await page.getByText("Il n'y a pas encore de rapport").waitFor();
  });

  it("shows what was tested, and saves page and data as the unit signed them", async () => {
    await page.getByLabel("Site").fill("Lyon, rue Haute");
    await page.getByLabel("Installateur").fill("A. Martin");
    await page.getByLabel("Attendre un appel d'essai").selectOption("0");
    await button("Lancer les essais").tap();
    await page.getByRole("heading", { name: "Rapport 1" }).waitFor({ timeout: minuteMs });
    await page.getByRole("cell", { name: "link head-office" }).first().waitFor();
    await assertClean(page);
    const [html, json] = [await saved("Enregistrer la page"),
      await saved("Enregistrer les données")];
    assert.match(html, /Lyon, rue Haute/);
    const shown = await page.locator("code", { hasText: /^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/ })
      .innerText();
    const trusted = [shown.replaceAll(":", "").toLowerCase()];
    const finding = (text: string): string => verifyReport(Buffer.from(text), trusted).finding;
    assert.deepEqual([finding(html), finding(json)], ["good", "good"]);
    assert.equal(finding(json.replace("Martin", "Martyn")), "changed");
  });

  it("lists it, and shows what differs in a later one", async () => {
    await page.getByLabel("Attendre un appel d'essai").selectOption("0");
    await button("Lancer les essais").tap();
    await page.getByRole("heading", { name: "Rapport 2" }).waitFor({ timeout: minuteMs });
    await page.getByText(/^(Différences avec le|Rien ne diffère du) rapport 1/).first()
      .or(page.getByRole("group", { name: "Différences avec le rapport 1" })).first().waitFor();
    await button("Montrer: 1").tap();
    await page.getByRole("heading", { name: "Rapport 1" }).waitFor();
    await assertClean(page);
  });
});
