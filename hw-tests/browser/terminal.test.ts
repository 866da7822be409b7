/** A technician with a phone on a PBX's maintenance port. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { until } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import { assertClean, go, minuteMs, phone, signedIn, tabTo, type Visit } from "./visit.js";

describe("maintenance terminal in a browser", function () {
  this.timeout(3 * minuteMs);
  let visit: Visit;
  let page: Page;
  let port: PtyPair;
  let heard = "";

  before(async function () {
    const opened = await openPtyPair(nodeWorld(() => undefined, "error"));
    need(this, "pty", opened.ok ? undefined : opened.fault.message);
    if (!opened.ok) return;
    port = opened.value;
    port.onData((bytes) => {
      heard += Buffer.from(bytes).toString("latin1");
      if (heard.endsWith("menu\r")) {
        port.write(Buffer.from("\x1b[32m\x1b[48;2;10;200;30mMAIN MENU\x1b[0m\r\n"));
      }
    });
    visit = await signedIn(this, phone());
    page = visit.page;
  });

  after(async () => {
    await visit?.end();
    await port?.close();
  });

  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const screen = (): Locator => page.locator(".terminal-screen .xterm-rows");
  const hears = (text: string): Promise<void> =>
    until(`${JSON.stringify(text)} is typed`, () => heard.includes(text));

  it("opens a port with its settings, for a reason", async () => {
    await go(visit, "ports");
    await page.getByLabel("Fichier du port ou adresse").fill(port.devicePath);
    await button("Terminal de maintenance").tap();
    await page.locator("h1", { hasText: "Terminal de maintenance" }).waitFor();
    await assertClean(page);
    await page.getByLabel("Motif").fill("heure d'été");
    await page.getByLabel("Vitesse (bauds)").selectOption("19200");
    await page.getByLabel("Format").selectOption("7E1");
    await button("Ouvrir le terminal").tap();
    await page.getByText("19200 7E1").waitFor();
    await page.getByText(/Temps restant 1[45]:\d\d/).waitFor();
  });

  it("types key by key and shows what comes, with its colours, under the strict policy",
    async () => {
      await page.locator(".xterm-helper-textarea").focus();
      await page.keyboard.type("menu");
      await page.keyboard.press("Enter");
      await hears("menu\r");
      await screen().getByText("MAIN MENU").waitFor();
      const colour: unknown = await page.evaluate(
        "getComputedStyle(document.querySelector('.xterm-rows .xterm-fg-2')).color");
      assert.equal(colour, "rgb(78, 154, 6)", "the library's own sheet counts");
      await assertClean(page);
    });

  it("lets the keyboard out again", async () => {
    await page.locator(".xterm-helper-textarea").focus();
    await tabTo(page, page.getByLabel("Ligne", { exact: true }));
  });

  it("sends whole lines, and hidden ones of which nothing is kept", async () => {
    await page.getByLabel("Ligne", { exact: true }).fill("status");
    await button("Envoyer Ligne").tap();
    await hears("status\r");
    await page.getByLabel("Ligne masquée").fill("geheim");
    await page.keyboard.press("Enter");
    await hears("geheim\r");
    assert.equal(await page.getByLabel("Ligne masquée").inputValue(), "");
  });

  it("is extended and closed, and says where the record is", async () => {
    await button("15 minutes de plus").tap();
    await page.locator(".note", { hasText: "Prolongé." }).waitFor();
    await assertClean(page);
    await button("Fermer").tap();
    await page.locator(".note", { hasText: "ctictl terminal show 1" }).waitFor();
    await assertClean(page);
    await button("En ouvrir un autre").tap();
    await page.getByLabel("Motif").waitFor();
  });

  it("lets a second person approve or refuse what waits", async () => {
    const service = "**/cti.gateway.v1.TerminalsService";
    const said: unknown[] = [];
    const waiting = (id: string) => ({ id, actor: "anne", link: "warehouse", waiting: true,
      reason: "mot de passe perdu", openedAt: "2026-11-23T08:00:00Z" });
    let terminals = [waiting("8"), waiting("7")];
    await page.route(`${service}/ListTerminals`, (route) => route.fulfill({ json: { terminals } }));
    for (const [method, id] of [["ApproveTerminal", "7"], ["CloseTerminal", "8"]] as const) {
      await page.route(`${service}/${method}`, (route) => {
        said.push([method, route.request().postDataJSON()]);
        terminals = terminals.filter((each) => each.id !== id);
        return route.fulfill({ json: {} });
      });
    }
    await go(visit, "ports");
    const row = (id: string): Locator => page.getByRole("group", { name: `Terminal ${id}` });
    await row("7").getByText("mot de passe perdu").waitFor();
    await assertClean(page);
    await row("7").getByRole("button", { name: "Accorder" }).tap();
    await row("7").waitFor({ state: "detached" });
    await row("8").getByRole("button", { name: "Refuser" }).tap();
    await page.getByText("qui attendent une deuxième personne").waitFor({ state: "detached" });
    assert.deepEqual(said, [["ApproveTerminal", { id: "7" }], ["CloseTerminal", { id: "8" }]]);
    await page.unroute(`${service}/ListTerminals`);
  });

  it("stands on the page of a link that prints, in English too", async () => {
    await button("EN").tap();
    await go(visit, "links/warehouse");
    await page.getByLabel("Why").fill("test");
    await button("Open the terminal").tap();
    await page.getByText(/Time left 1[45]:\d\d/).waitFor();
    await assertClean(page);
    await go(visit, "links/head-office");
    assert.equal(await page.getByLabel("Why").count(), 0, "a conversation is not typed into");
  });

  it("met no script error and no breach of the content policy", () => {
    assert.deepEqual(visit.defects, []);
  });
});
