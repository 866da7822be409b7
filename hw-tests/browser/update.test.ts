/**
 * An administrator who updates a unit by the page. The gateway of these tests runs on no appliance:
 * the answers about its software are the test's own, everything else is the gateway's.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Page } from "playwright-core";
import { assertClean, go, minuteMs, phone, signedIn, type Visit } from "./visit.js";

const idle = { stage: "UPDATE_STAGE_IDLE", runningVersion: "0.1.0", slot: "a", secureBoot: true };
const service = "**/cti.gateway.v1.SystemService";

describe("update by the page", function () {
  this.timeout(2 * minuteMs);
  let visit: Visit;
  let page: Page;
  let status: object = idle;

  before(async function () {
    visit = await signedIn(this, phone());
    page = visit.page;
  });

  after(() => visit?.end());

  it("is not offered where the gateway runs on no appliance", async () => {
    await go(visit, "system");
    await page.getByRole("heading", { name: "Composants" }).waitFor();
    assert.equal(await page.getByRole("heading", { name: "Logiciel" }).count(), 0);
  });

  it("hands a bundle over in pieces, whole and in order, then has it installed", async () => {
    const bundle = randomBytes(1_300_000);
    const pieces: Buffer[] = [];
    let installed: unknown;
    await page.route(`${service}/GetUpdateStatus`, (route) => route.fulfill({ json: status }));
    await page.route(`${service}/UploadUpdate`, (route) => {
      const { offset = "0", data } = route.request().postDataJSON() as
        { readonly offset?: string; readonly data: string };
      assert.equal(Number(offset), Buffer.concat(pieces).length);
      pieces.push(Buffer.from(data, "base64"));
      return route.fulfill({ json: { nextOffset: String(Buffer.concat(pieces).length) } });
    });
    await page.route(`${service}/InstallUpdate`, (route) => {
      installed = route.request().postDataJSON();
      status = { ...idle, stage: "UPDATE_STAGE_INSTALLING", version: "0.2.0", percent: 40 };
      return route.fulfill({ json: { version: "0.2.0" } });
    });
    await page.reload();
    await page.getByRole("heading", { name: "Logiciel" }).waitFor();
    await assertClean(page);
    await page.getByLabel("Paquet (.raucb)").setInputFiles({ name: "jackfield.raucb",
      mimeType: "application/octet-stream", buffer: bundle });
    await page.getByRole("button", { name: "Vérifier et installer" }).click();
    await page.getByText("la version 0.2.0 est en cours d'écriture : 40 %").waitFor();
    assert.ok(Buffer.concat(pieces).equals(bundle));
    assert.deepEqual(installed, {});
  });

  it("names a mirror, and takes what waits back", async () => {
    let wished: unknown;
    status = idle;
    await page.route(`${service}/FetchUpdate`, (route) => {
      wished = route.request().postDataJSON();
      status = { ...idle, stage: "UPDATE_STAGE_RECEIVING", uploadedBytes: "1000000" };
      return route.fulfill({ json: {} });
    });
    await page.route(`${service}/CancelUpdate`, (route) => {
      status = idle;
      return route.fulfill({ json: {} });
    });
    await page.reload();
    await page.getByLabel("Ou l'adresse d'un miroir").fill("https://mirror.example/j.raucb");
    await page.getByRole("button", { name: "Vérifier et installer" }).click();
    await page.getByText(/^en réception/).waitFor();
    assert.deepEqual(wished, { url: "https://mirror.example/j.raucb" });
    await page.getByRole("button", { name: "Annuler la mise à jour" }).click();
    await page.getByText("aucune en cours").waitFor();
  });

  it("installs what a stick offers after a yes, and not before", async () => {
    let asked: unknown;
    status = { ...idle, offeredVersion: "0.2.0" };
    await page.route(`${service}/InstallUpdate`, (route) => {
      asked = route.request().postDataJSON();
      status = { ...idle, stage: "UPDATE_STAGE_INSTALLING", version: "0.2.0", percent: 1 };
      return route.fulfill({ json: { version: "0.2.0" } });
    });
    await page.reload();
    const button = page.getByRole("button", { name: "Installer la version 0.2.0" });
    await button.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/redémarre/).waitFor();
    await assertClean(page);
    await dialog.getByRole("button", { name: "Annuler" }).click();
    assert.equal(asked, undefined);
    await button.click();
    await dialog.getByRole("button", { name: "Installer la version 0.2.0" }).click();
    await page.getByText("la version 0.2.0 est en cours d'écriture : 1 %").waitFor();
    assert.deepEqual(asked, { offered: true });
    assert.equal(await button.count(), 0);
  });

  it("saves a support bundle, which the gateway makes", async () => {
    const [download] = await Promise.all([page.waitForEvent("download"),
      page.getByRole("link", { name: "Enregistrer un dossier pour le support" }).click()]);
    assert.match(download.suggestedFilename(), /^jackfield-support-[\d-]+\.tar\.gz$/);
    const names = execFileSync("tar", ["-tzf", await download.path()], { encoding: "utf8" });
    assert.match(names, /health\.json/);
  });

  it("shows why a version was taken back", async () => {
    status = { ...idle, failedVersion: "0.2.0", reasons: ["le lien pbx n'est pas actif"] };
    await page.reload();
    await page.getByText("le lien pbx n'est pas actif").waitFor();
    await assertClean(page);
  });
});
