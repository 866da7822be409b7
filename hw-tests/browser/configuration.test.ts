/** The configuration by form, as an administrator does it who knows no YAML. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import type { Locator, Page } from "playwright-core";
import { axeFindings, overhangPx } from "./chromium.js";
import { go, minuteMs, showAll, signedIn, tabTo, type Visit } from "./visit.js";

/** A PBX that accepts connections and prints nothing. */
async function silentPbx(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

describe("configuration by form in a browser", function () {
  this.timeout(3 * minuteMs);
  let visit: Visit;
  let page: Page;
  let pbx: Awaited<ReturnType<typeof silentPbx>>;

  before(async function () {
    visit = await signedIn(this, { viewport: { width: 1_280, height: 900 } });
    page = visit.page;
    pbx = await silentPbx();
  });

  after(async () => {
    await visit?.end();
    pbx?.server.close();
  });

  const field = (path: string): Locator => page.locator(`[data-path="${path}"]`);
  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const document = async (): Promise<string> => {
    await button("Texte").click();
    const text = await page.getByRole("textbox", { name: "Document de configuration" })
      .inputValue();
    await button("Formulaire").click();
    return text;
  };

  it("says beside the field that a port is wrong, before and after asking the gateway",
    async () => {
      await go(visit, "configuration");
      await button("Ajouter un lien").click();
      await page.locator("[data-path='links[2].id']:focus").waitFor();
      await field("links[2].driver").selectOption(
        { label: "Call records from a printer port (SMDR)" });
      await field("links[2].transport.kind").selectOption({ label: "TCP" });
      await field("links[2].transport.port").fill("70000");
      await field("links[2].transport.port").press("Tab");
      const hint = page.locator(".field", { has: field("links[2].transport.port") })
        .locator(".hint.error");
      assert.match(await hint.textContent() ?? "", /^Doit être un nombre entier de 1 à 65.535\./);
      assert.equal(await field("links[2].transport.port").getAttribute("aria-invalid"), "true");
      await button("Mettre à l'essai").click();
      await page.locator(".problems.tone-bad li").filter({ hasText: "links[2].transport.port" })
        .waitFor();
      const host = page.locator(".field", { has: field("links[2].transport.host") });
      assert.match(await host.locator(".hint.error").textContent() ?? "", /^Est nécessaire\./);
      assert.equal(await page.locator(".trial").count(), 0);
      await showAll(page, 1_280);
      assert.deepEqual(await axeFindings(page), []);
      await page.setViewportSize({ width: 1_280, height: 900 });
    });

  it("leads from a problem to its field", async () => {
    await page.locator(".problems.tone-bad li").filter({ hasText: "transport.host" })
      .getByRole("button").click();
    await page.locator("[data-path='links[2].transport.host']:focus").waitFor();
  });

  it("plans, tries and keeps the corrected link, which then is up", async () => {
    await page.keyboard.type("127.0.0.1");
    await field("links[2].transport.port").fill(String(pbx.port));
    await field("links[2].options.format").selectOption("1");
    await button("Essai à blanc").click();
    const plan = page.locator(".plan li");
    await plan.filter({ hasText: "link link-3" }).waitFor();
    assert.equal(await plan.count(), 1, "the other links are left alone");
    assert.equal(await page.locator(".hint.error").count(), 0);
    await button("Mettre à l'essai").click();
    const trial = page.locator(".trial");
    await trial.getByRole("button", { name: "La garder" }).click();
    await trial.waitFor({ state: "detached" });
    await go(visit, "links");
    await page.locator(".link-card.link-3", { hasText: "link-3" })
      .waitFor({ timeout: minuteMs });
  });

  it("changes one value and leaves the comments and the rest as they were", async () => {
    await go(visit, "configuration");
    await page.locator(".config-form").waitFor();
    const before = await document();
    assert.match(before, /^# The simulated office/);
    await page.locator(".config-part > summary", { hasText: "Conservation" }).click();
    await field("retention.recordsDays").fill("90");
    await field("retention.recordsDays").press("Enter");
    await page.getByText("Modifiée, non appliquée").waitFor();
    const after = await document();
    await page.locator(".config-part > summary", { hasText: "Conservation" }).click();
    assert.equal(after, `${before.trimEnd()}\nretention:\n  recordsDays: 90\n`);
    await field("retention.recordsDays").fill("");
    await field("retention.recordsDays").press("Enter");
    assert.equal((await document()).trimEnd(), before.trimEnd());
    await page.getByRole("button", { name: "Revenir à celle en vigueur" }).click();
  });

  it("takes a link away by keyboard alone", async () => {
    await go(visit, "configuration");
    await page.locator(".config-form").waitFor();
    await page.reload();
    await page.locator(".config-form").waitFor();
    await tabTo(page, page.getByRole("button", { name: "Aller au contenu" }));
    await page.keyboard.press("Enter");
    const entry = page.locator(".config-entry").filter({ hasText: "link-3" });
    await tabTo(page, entry.locator("> summary"));
    await page.keyboard.press("Enter");
    await tabTo(page, entry.getByRole("button", { name: "Retirer ce lien: link-3" }));
    await page.keyboard.press("Enter");
    await entry.waitFor({ state: "detached" });
    await tabTo(page, button("Appliquer"));
    await page.keyboard.press("Enter");
    await page.locator(".plan li").filter({ hasText: "link link-3" }).waitFor();
    await go(visit, "links");
    await page.locator(".link-card", { hasText: "link-3" }).waitFor({ state: "detached" });
  });

  it("fits a phone", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await go(visit, "configuration");
    await page.locator(".config-entry > summary").first().click();
    await showAll(page, 390);
    assert.equal(await overhangPx(page) <= 0, true, "scrolls sideways");
    assert.deepEqual(await axeFindings(page), []);
    assert.deepEqual(visit.defects, []);
  });
});
