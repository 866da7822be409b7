/** An operator with a phone who asks which applications are there and what they save. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { assertClean, go, minuteMs, phone, signedIn, type Visit } from "./visit.js";

const began = "2026-11-23T08:00:00Z";
const answer = { monitors: 1_200, watched: 300, sessions: [
  { server: "crm", protocol: "xml", user: "taxi", source: "csta 192.0.2.9", connected: true, began,
    monitors: 900, waitingEvents: 3, resumes: 2 },
  { server: "legacy", protocol: "asn1-phase2", user: "address:ACCT", source: "csta 192.0.2.10",
    began, monitors: 300, waitingEvents: 4_000, lostEvents: "17" }] };
const unmonitored = { devices: [{ link: "head-office", device: "299", category: "station",
  notMonitoredReason: "la licence du PBX ne permet que 5 surveillances",
  notMonitoredAdvice: "Achetez des licences de surveillance." }] };

describe("applications in a browser", function () {
  this.timeout(3 * minuteMs);
  let visit: Visit;
  let page: Page;

  before(async function () {
    visit = await signedIn(this, phone());
    page = visit.page;
  });
  after(async () => { await visit?.end(); });

  it("says that none is connected", async () => {
    await go(visit, "applications");
    await page.getByText("Aucune application n'est connectée").waitFor();
    await assertClean(page);
  });

  it("shows who is there, from where, what waits, what was lost, and the licences saved",
    async () => {
      await page.route("**/cti.gateway.v1.CstaService/ListCstaSessions",
        (route) => route.fulfill({ json: answer }));
      await page.getByRole("button", { name: "Actualiser" }).tap();
      const saved = page.locator(".figure", { hasText: "Licences de PBX épargnées" });
      await saved.locator("dd", { hasText: /^900$/ }).waitFor();
      const taxi = page.locator("tbody tr", { hasText: "taxi" });
      await taxi.locator(".badge.tone-good", { hasText: "connectée" }).waitFor();
      await taxi.getByText("CSTA III XML").waitFor();
      await taxi.getByText("revenue 2 fois").waitFor();
      const legacy = page.locator("tbody tr", { hasText: "192.0.2.10" });
      await legacy.locator(".badge.tone-warn", { hasText: "connexion perdue" }).waitFor();
      await legacy.locator("td", { hasText: /^4\s000$/ }).waitFor();
      await legacy.locator(".badge.tone-bad", { hasText: "17" }).waitFor();
      await assertClean(page);
    });

  it("follows what changes, without anybody asking", async () => {
    const [taxi, legacy] = answer.sessions;
    await page.unroute("**/cti.gateway.v1.CstaService/ListCstaSessions");
    await page.route("**/cti.gateway.v1.CstaService/ListCstaSessions", (route) => route.fulfill(
      { json: { monitors: 950, watched: 300, sessions: [{ ...taxi, monitors: 650 }, legacy] } }));
    const saved = page.locator(".figure", { hasText: "Licences de PBX épargnées" });
    await saved.locator("dd", { hasText: /^650$/ }).waitFor();
    await page.locator("tbody tr", { hasText: "taxi" })
      .locator("td", { hasText: /^650$/ }).waitFor();
  });

  it("shows how many of a PBX's devices are monitored, and why one is not", async () => {
    await page.route("**/cti.gateway.v1.LinksService/ListDevices",
      (route) => route.fulfill({ json: unmonitored }));
    await go(visit, "links/head-office");
    await page.getByText(/^\d+ postes sur \d+ sont surveillés\.$/).waitFor();
    const reason = page.locator("tr", { hasText: "299" }).locator(".reason");
    await reason.getByText("ne permet que 5 surveillances").waitFor();
    await reason.getByText("Achetez des licences").waitFor();
    await assertClean(page);
  });

  it("met no script error and no breach of the content policy", () => {
    assert.deepEqual(visit.defects, []);
  });
});
