/** An operator with a phone who wants to know whether the billing system has all of it. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../loopback/gateway-process.js";
import { assertClean, go, minuteMs, phone, signedIn, type Visit } from "./visit.js";

const at = "2026-11-23T08:00:00Z";
const destinations = { destinations: [
  { id: "billing", kind: "tcp-client", content: "raw", address: "tcp 192.0.2.30:5000",
    state: "DESTINATION_STATE_DOWN", since: at, retryAt: at, failures: "7",
    reason: "tcp 192.0.2.30:5000 refuse la connexion.",
    feeds: [{ link: "warehouse", waitingBytes: "812000", waitingSince: at, takenPieces: "12",
      takenBytes: "1200", lostBytes: "5000" }] },
  { id: "archive", kind: "file", content: "records-csv", address: "/var/archive",
    state: "DESTINATION_STATE_UP", since: at,
    feeds: [{ link: "warehouse", again: true, waitingRecords: "3", waitingSince: at },
      { link: "head-office" }] }] };
const ledger = { balances: true, days: [
  { day: "2026-11-22", bytesIn: "1000", records: "10", recordBytes: "900", skippedBytes: "50",
    garbageBytes: "50", garbageReasons: { "no field fits": "50" },
    delivered: [{ destination: "billing", pieces: "9", bytes: "900", lost: "100" }] },
  { day: "2026-11-23", bytesIn: "1000", records: "10", recordBytes: "900", skippedBytes: "50",
    adriftBytes: "50", delivered: [{ destination: "archive", pieces: "9", bytes: "950",
      again: "4" }] }] };

describe("delivery in a browser", function () {
  this.timeout(3 * minuteMs);
  let visit: Visit;
  let page: Page;

  before(async function () {
    visit = await signedIn(this, phone());
    page = visit.page;
  });
  after(async () => { await visit?.end(); });

  const service = "**/cti.gateway.v1.DeliveryService";

  it("shows the gateway's own ledger, and says that there is no destination", async () => {
    await go(visit, "delivery");
    await page.getByText("Il n'y a aucune destination").waitFor();
    await page.getByLabel("Lien").selectOption("warehouse");
    const day = page.locator(".ledger tbody tr .badge").first();
    await until("the PBX has printed", async () => {
      await page.getByRole("button", { name: "Actualiser" }).tap();
      return day.isVisible();
    });
    await assertClean(page);
  });

  it("shows who takes nothing and why, what waits, what was lost, and where it is off",
    async () => {
      await page.route(`${service}/ListDestinations`,
        (route) => route.fulfill({ json: destinations }));
      await page.route(`${service}/GetLedger`, (route) => route.fulfill({ json: ledger }));
      await page.reload();
      const billing = page.locator(".destination", { hasText: "billing" });
      await billing.locator(".badge", { hasText: "Ne prend rien" }).waitFor();
      await billing.getByText("refuse la connexion").waitFor();
      await billing.locator("td", { hasText: /^812\sko, depuis/ }).waitFor();
      await billing.locator("td .badge", { hasText: "5 ko" }).waitFor();
      const archive = page.locator(".destination", { hasText: "archive" });
      await archive.locator(".badge", { hasText: "est en cours de renvoi" }).waitFor();
      const off = page.locator(".ledger tbody tr", { hasText: "2026-11-23" });
      await off.locator(".badge.tone-bad", { hasText: "écart de 50 octets" }).waitFor();
      const good = page.locator(".ledger tbody tr", { hasText: "2026-11-22" });
      await good.locator(".badge.tone-good", { hasText: "équilibré" }).waitFor();
      await good.getByText("billing : 900 octets, 100 octets perdus").waitFor();
      await assertClean(page);
    });

  it("sends a range of time again", async () => {
    const asked: unknown[] = [];
    await page.route(`${service}/Redeliver`, (route) => {
      asked.push(route.request().postDataJSON());
      return route.fulfill({ json: {} });
    });
    await page.getByRole("button", { name: "Renvoyer : billing" }).tap();
    await page.getByLabel("Du", { exact: true }).fill("2026-11-22T08:00");
    await page.getByLabel("Au", { exact: true }).fill("2026-11-22T07:00");
    await page.getByText("La fin doit venir après le début.").waitFor();
    await page.getByLabel("Au", { exact: true }).fill("2026-11-22T09:00");
    await assertClean(page);
    await page.getByRole("button", { name: "Renvoyer", exact: true }).tap();
    await page.getByText("Le renvoi est en cours.").waitFor();
    assert.deepEqual(asked, [{ destination: "billing", link: "warehouse",
      from: "2026-11-22T07:00:00Z", until: "2026-11-22T08:00:00Z" }]);
  });

  it("sends a range of numbers again", async () => {
    const asked: unknown[] = [];
    await page.route(`${service}/Redeliver`, (route) => {
      asked.push(route.request().postDataJSON());
      return route.fulfill({ json: {} });
    });
    await page.getByRole("button", { name: "Renvoyer : archive" }).tap();
    await page.getByLabel("Intervalle").selectOption("de numéros");
    await page.getByText("Numéros derrière le dernier /").waitFor();
    await page.getByLabel("Premier").fill("120");
    await page.getByLabel("Dernier").fill("119");
    await page.getByText("Le dernier numéro ne doit pas précéder le premier.").waitFor();
    await page.getByLabel("Dernier").fill("140");
    await assertClean(page);
    await page.getByRole("button", { name: "Renvoyer", exact: true }).tap();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.deepEqual(asked, [{ destination: "archive", link: "warehouse",
      fromNumber: "120", toNumber: "140" }]);
  });

  it("met no script error and no breach of the content policy", () => {
    assert.deepEqual(visit.defects, []);
  });
});
