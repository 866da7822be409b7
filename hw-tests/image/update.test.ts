/** Update and fall-back of the built image: bundles signed, refused, kept, taken back. */

import assert from "node:assert/strict";
import { ConfigurationService, ApplyMode }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService, UpdateStage } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { missingChromium, startChromium } from "../browser/chromium.js";
import { go, signIn as visit } from "../browser/visit.js";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import type { TestClient } from "../loopback/server-rig.js";
import { need } from "../requirement.js";
import { startMirror } from "./mirror.js";
import { bootMsMax, imageFolder, Machine, smdrConfig, whyNoMachine } from "./machine.js";

const { fetchUpdate, getUpdateStatus, listAlarms } = SystemService.method;
const answerMsMax = 240_000;
const installMsMax = 900_000;

describe("update of the image in a virtual machine", function () {
  this.timeout(3_600_000);
  let machine: Machine;
  let client: TestClient;
  let folder: string | undefined;
  let admin: readonly [name: string, password: string];
  let signIn: () => Promise<void>;

  before(async function () {
    need(this, "image", whyNoMachine());
    need(this, "browser", missingChromium());
    folder = await temporaryFolder("image");
    machine = await Machine.start({ folder, disk: `${imageFolder}/a/disk.raw`,
      tpm: `${folder}/tpm` });
    admin = await machine.firstAdmin();
    signIn = async () => { client = await machine.signIn(...admin); };
    await signIn();
    await client.unary(ConfigurationService.method.applyConfiguration,
      { document: smdrConfig, mode: ApplyMode.APPLY });
    await until("the link is up", async () => {
      const { links } = await client.unary(LinksService.method.listLinks, {});
      return links.some(({ state }) => [LinkState.UP, LinkState.DEGRADED].includes(state));
    }, answerMsMax);
  });

  after(async () => {
    if (folder === undefined) return;
    await machine.powerOff();
    await removeFolder(folder);
  });

  it("runs slot A with Secure Boot, which is not on trial", async () => {
    const { slot, secureBoot, stage } = await client.unary(getUpdateStatus, {});
    assert.deepEqual([slot, secureBoot, stage], ["a", true, UpdateStage.IDLE]);
  });

  it("is handed a newer version by its page, writes it into slot B, and keeps it", async () => {
    const browser = await startChromium();
    try {
      const page = await browser.newPage({ ignoreHTTPSErrors: true, locale: "fr-FR" });
      page.setDefaultTimeout(answerMsMax);
      const at = { page, office: { webUrl: `https://127.0.0.1:${machine.ports.webPort}`,
        adminName: admin[0] } };
      await visit(at, admin[1]);
      await page.locator(".frame").waitFor();
      await go(at, "system");
      await page.getByLabel("Paquet (.raucb)").setInputFiles(`${imageFolder}/b/update.raucb`);
      await page.getByRole("button", { name: "Vérifier et installer" }).click();
      await page.getByText(/la version 0\.2\.0 est en cours d'écriture/)
        .waitFor({ timeout: installMsMax });
    } finally {
      await browser.close();
    }
    await machine.seen(/jackfield: slot b\r?\n/, installMsMax);
    await machine.firstAdmin();
    await signIn();
    await until("it is on trial, then kept", async () => {
      const { stage, slot, runningVersion } = await client.unary(getUpdateStatus, {});
      assert.deepEqual([slot, runningVersion], ["b", "0.2.0"]);
      return stage === UpdateStage.IDLE;
    }, answerMsMax);
    await machine.seen(/Finished jackfield-confirm.service/);
  });

  it("fetches what has changed from a mirror, signed by the next key", async () => {
    const mirror = await startMirror(folder ?? "", `${imageFolder}/c/update.raucb`);
    await client.unary(fetchUpdate, { url: mirror.url, authorityPem: mirror.authorityPem });
    await until("it has come", async () => {
      const { stage, reasons } = await client.unary(getUpdateStatus, {});
      assert.deepEqual(reasons, []);
      return stage === UpdateStage.INSTALLING;
    }, installMsMax);
    mirror.close();
    process.stdout.write(`      ${mirror.sentBytes()} of ${mirror.bundleBytes} bytes fetched\n`);
    // The kernel image, a twelfth of it, comes whole.
    assert.ok(mirror.sentBytes() < mirror.bundleBytes / 5);
  });

  it("starts its kernel image, signed by the next key, falls back from it, and tells", async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await machine.seen(/jackfield: slot a\r?\n/, installMsMax);
    }
    await machine.seen(/jackfield: slot b\r?\n/, bootMsMax);
    await machine.firstAdmin();
    await signIn();
    const status = await client.unary(getUpdateStatus, {});
    assert.deepEqual([status.slot, status.runningVersion, status.failedVersion, status.stage],
      ["b", "0.2.0", "0.3.0", UpdateStage.IDLE]);
    const { alarms } = await client.unary(listAlarms, {});
    assert.ok(alarms.some(({ id }) => id === "update-taken-back/0.3.0"));
    // The keys that signed it are others; what the firmware believes, and so the TPM, is the same.
    assert.doesNotMatch(machine.console, /Failed to start open-data/);
    const { links } = await client.unary(LinksService.method.listLinks, {});
    assert.deepEqual(links.map(({ id }) => id), ["pbx"]);
  });
});
