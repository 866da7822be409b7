/**
 * An administrator who sets a unit's network by the page. The gateway of these tests runs on no
 * appliance: the answers about its network are the test's own, everything else is the gateway's.
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { assertClean, go, minuteMs, phone, signedIn, type Visit } from "./visit.js";

const byDhcp = { settings: {}, addresses: ["192.0.2.7"] };
const settings = { address: "192.0.2.10/24", gateway: "192.0.2.1", dns: "192.0.2.53", vlan: 12,
  timeServers: ["ntp.example", "192.0.2.9"], hostName: "lyon" };
const service = "**/cti.gateway.v1.SystemService";

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toISOString();
}

describe("network by the page", function () {
  this.timeout(2 * minuteMs);
  let visit: Visit;
  let page: Page;
  let status: object = byDhcp;
  let asked: unknown;

  /** All of it has come then: a page that still grows puts its bars over what is measured. */
  async function again(): Promise<void> {
    await page.reload();
    await go(visit, "system");
  }

  before(async function () {
    visit = await signedIn(this, phone());
    page = visit.page;
  });

  after(() => visit?.end());

  it("is not offered where the gateway runs on no appliance", async () => {
    await go(visit, "system");
    await page.getByRole("heading", { name: "Composants" }).waitFor();
    assert.equal(await page.getByRole("heading", { name: "Réseau" }).count(), 0);
  });

  it("tells what is wrong beside its field", async () => {
    await page.route(`${service}/GetNetwork`, (route) => route.fulfill({ json: status }));
    await page.route(`${service}/SetNetwork`, (route) => route.fulfill({ status: 400, json: {
      code: "INVALID_ARGUMENT", reason: "argument-invalid", message: "settings.vlan : faux",
      advice: "", retry: false,
      fields: [{ path: "settings.vlan", message: "attendu : 1 à 4094" }] } }));
    await again();
    await page.getByRole("heading", { name: "Réseau" }).waitFor();
    await assertClean(page);
    await page.getByLabel("Identifiant de VLAN").fill("5000");
    await page.getByRole("button", { name: "Essayer ces réglages" }).click();
    await page.getByRole("alert").getByText("attendu : 1 à 4094").waitFor();
    const field = page.getByLabel("Identifiant de VLAN");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.equal(await page.locator(`[id="${await field.getAttribute("aria-describedby")}"]`)
      .innerText(), "attendu : 1 à 4094");
    await assertClean(page);
  });

  it("sends the form, shows the time left, and the address to go to", async () => {
    await page.unroute(`${service}/SetNetwork`);
    await page.route(`${service}/SetNetwork`, (route) => {
      asked = route.request().postDataJSON();
      const confirmBy = inSeconds(290);
      status = { settings, addresses: ["192.0.2.10"], previous: {}, confirmBy };
      return route.fulfill({ json: { confirmBy } });
    });
    await page.getByLabel("Adresse, passerelle et serveur de noms par DHCP").uncheck();
    await page.getByLabel("Adresse et longueur du préfixe").fill(settings.address);
    await page.getByLabel("Passerelle", { exact: true }).fill(settings.gateway);
    await page.getByLabel("Serveur de noms", { exact: true }).fill(settings.dns);
    await page.getByLabel("Identifiant de VLAN").fill("12");
    await page.getByLabel("Serveurs de temps").fill("ntp.example, 192.0.2.9");
    await page.getByLabel("Nom d'hôte").fill("lyon");
    await page.getByRole("button", { name: "Essayer ces réglages" }).click();
    await page.getByText(/les précédents reviennent dans 4 minutes/).waitFor();
    assert.deepEqual(asked, { settings });
    const { port } = new URL(page.url());
    const link = page.getByRole("link", { name: `https://192.0.2.10:${port}/#/system` });
    assert.equal(await link.getAttribute("href"), `https://192.0.2.10:${port}/#/system`);
    await assertClean(page);
  });

  it("keeps them by a button, and shows them in the form then", async () => {
    let confirmed = 0;
    await page.route(`${service}/ConfirmNetwork`, (route) => {
      confirmed += 1;
      status = { settings, addresses: ["192.0.2.10"] };
      return route.fulfill({ json: {} });
    });
    await page.getByRole("button", { name: "Garder ces réglages" }).click();
    const address = page.getByLabel("Adresse et longueur du préfixe");
    await address.waitFor();
    assert.deepEqual([confirmed, await address.inputValue(),
      await page.getByLabel("Serveurs de temps").inputValue()],
    [1, settings.address, "ntp.example, 192.0.2.9"]);
  });

  it("takes them back at once by the other, and tells what was taken back by itself", async () => {
    status = { settings, addresses: ["192.0.2.10"], previous: { hostName: "paris" },
      confirmBy: inSeconds(200) };
    await again();
    await page.unroute(`${service}/SetNetwork`);
    await page.route(`${service}/SetNetwork`, (route) => {
      asked = route.request().postDataJSON();
      status = { settings: { hostName: "paris" }, addresses: ["192.0.2.7"],
        takenBackAt: "2026-11-23T08:00:00Z" };
      return route.fulfill({ json: {} });
    });
    await page.getByRole("button", { name: "Les annuler maintenant" }).click();
    await page.getByText(/Le 23.*de nouveaux réglages ont été annulés/).waitFor();
    assert.deepEqual(asked, { settings: { hostName: "paris" } });
    await assertClean(page);
  });
});
