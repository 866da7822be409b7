/** An installer with a phone who wants to know what speaks at a serial port. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { createSmdrPeer, type PeerCall } from "../../drivers/smdr/peer.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { nullModemPicture, straightPicture } from "../../firmware/link/doctor/wiring.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { until } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import { assertClean, go, minuteMs, phone, signedIn, tabTo, type Visit } from "./visit.js";

const calls: readonly PeerCall[] = [
  { device: "101", trunk: "01", number: "0145670123", direction: "outgoing", ringMs: 0,
    talkMs: 42_000 },
  { device: "102", trunk: "02", number: "0298765432", direction: "incoming", ringMs: 6_000,
    talkMs: 75_000 }];

const listed = { ports: [
  { path: "/dev/ttyS0", adapter: "UART", link: "head-office" },
  { path: "/dev/ttyUSB0", adapter: "FTDI FT232R", adapterAddress: "usb:0403:6001:A50285BI",
    socketAddress: "usb-socket:1-1.2", serialNumber: "A50285BI" }] };

describe("serial ports in a browser", function () {
  this.timeout(3 * minuteMs);
  const world = nodeWorld(() => undefined, "error");
  let visit: Visit;
  let page: Page;
  let port: PtyPair;

  before(async function () {
    const opened = await openPtyPair(world);
    need(this, "pty", opened.ok ? undefined : opened.fault.message);
    if (!opened.ok) return;
    port = opened.value;
    visit = await signedIn(this, { ...phone(),
      permissions: ["clipboard-read", "clipboard-write"] });
    page = visit.page;
  });

  after(async () => {
    await visit?.end();
    await port?.close();
  });

  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const copied = async (): Promise<unknown> => page.evaluate("navigator.clipboard.readText()");
  const listenTo = async (path: string): Promise<void> => {
    await go(visit, "ports");
    await page.getByLabel("Fichier du port ou adresse").fill(path);
    await page.keyboard.press("Enter");
  };

  it("lists the ports with a stable address to copy, and leaves one in use alone", async () => {
    await page.route("**/cti.gateway.v1.PortsService/ListPorts",
      (route) => route.fulfill({ json: listed }));
    await go(visit, "ports");
    const used = page.locator(".port", { hasText: "/dev/ttyS0" });
    await used.getByRole("link", { name: /^occupé par / }).waitFor();
    assert.equal(await used.getByText("Qu'est-ce qui parle ici ?").count(), 0);
    const free = page.locator(".port", { hasText: "/dev/ttyUSB0" });
    assert.equal(await free.getByRole("link", { name: /^Qu'est-ce qui parle ici/ })
      .getAttribute("href"), "#/ports/usb%3A0403%3A6001%3AA50285BI");
    await button("Copier: usb:0403:6001:A50285BI").tap();
    await button("Copié: usb:0403:6001:A50285BI").waitFor();
    assert.equal(await copied(), "usb:0403:6001:A50285BI");
    await assertClean(page);
    await page.unroute("**/cti.gateway.v1.PortsService/ListPorts");
    await button("Actualiser").tap();
    await free.waitFor({ state: "detached" });
  });

  it("asks for a call, then recognises two Panasonic records and gives the link", async () => {
    await listenTo(port.devicePath);
    await page.locator(".doctor-text", { hasText: "Écoute. Rien n'est envoyé." }).waitFor();
    await page.locator(".doctor-call", { hasText: "Faites un appel d'essai maintenant" })
      .waitFor({ timeout: minuteMs });
    await assertClean(page);
    const peer = createSmdrPeer({ format: "panasonic-kx", world,
      send: (bytes) => { port.write(bytes); } });
    for (const call of calls) peer.print(call);
    const head = page.locator("[role=status] .verdict-head.tone-good");
    await head.waitFor({ timeout: minuteMs });
    assert.match(await head.textContent() ?? "", /^Reconnu.*Panasonic/);
    const profile = await page.getByRole("group", { name: "Lien pour la configuration" })
      .textContent() ?? "";
    assert.match(profile, /driver: smdr/);
    assert.match(profile, /format: panasonic-kx/);
    assert.ok(profile.includes(`path: ${port.devicePath}`), profile);
    await button("Copier: Lien pour la configuration").tap();
    await button("Copié: Lien pour la configuration").waitFor();
    assert.equal(await copied(), profile);
    const sample = page.locator(".sample", { hasText: "0145670123" });
    await sample.locator("dd").getByText("0145670123", { exact: true }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Ouvrir la configuration" })
      .getAttribute("href"), "#/configuration");
    await assertClean(page);
  });

  it("is stopped by keyboard with a verdict, lets go of the port, and listens again", async () => {
    await listenTo(port.devicePath);
    const listening = page.locator(".doctor-text", { hasText: "Écoute." });
    await listening.waitFor();
    await tabTo(page, button("Arrêter"));
    await page.keyboard.press("Enter");
    await page.locator("[role=status] .verdict-head.tone-bad", { hasText: "Muet" }).waitFor();
    await assertClean(page);
    await page.getByLabel("Écouter au plus").selectOption("60");
    await tabTo(page, button("Écouter de nouveau"));
    await page.keyboard.press("Enter");
    await listening.waitFor();
    await page.getByText(/^0:\d\d sur 1:00$/).waitFor();
  });

  it("says in English that a port does not exist", async () => {
    await button("EN").tap();
    await go(visit, "ports");
    await page.getByLabel("Device file or address").fill("ttyNowhere");
    await page.keyboard.press("Enter");
    const head = page.locator(".verdict-head.tone-bad", { hasText: "Port not usable" });
    await head.waitFor();
    assert.match(await head.textContent() ?? "", /\/dev\/ttyNowhere/);
    await assertClean(page);
    await button("FR").tap();
  });

  it("shows the newest bytes kept of a link, and what its line was like", async () => {
    await go(visit, "links/warehouse");
    const show = button("Afficher les derniers");
    const kept = page.locator(".frames .raw");
    await until("the PBX has printed", async () => {
      await show.tap();
      await page.waitForTimeout(200);
      return await kept.count() > 0;
    });
    await kept.first().locator("code", { hasText: /^serial .* 9600 8N1$/ }).waitFor();
    await assertClean(page);
    const method = "**/cti.gateway.v1.RecordsService/ReadRaw";
    const segment = { position: "7", at: "2026-11-23T08:00:00Z",
      data: Buffer.from("101 0145\r\n").toString("base64"), line: {
        channel: "serial /dev/ttyUSB0 9600 7E1", lines: { cts: true }, damaged: 3, breaks: 1 } };
    await page.route(method, (route) => route.fulfill({ contentType: "text/event-stream",
      body: `data: ${JSON.stringify(segment)}\n\nevent: end\ndata: {}\n\n` }));
    await show.tap();
    for (const word of ["CTS actif", "DSR inactif", "3 abîmés", "breaks : 1"]) {
      await kept.locator(".badge", { hasText: word }).waitFor();
    }
    assert.equal(await kept.locator("pre").textContent(), "101 0145");
    await assertClean(page);
    await page.unroute(method);
  });

  it("says which link holds a port", async () => {
    await go(visit, "links");
    const transport = await page.locator(".link-transport", { hasText: "smdr-line" })
      .textContent({ timeout: minuteMs }) ?? "";
    await listenTo(/\/\S+smdr-line/.exec(transport)?.[0] ?? assert.fail(transport));
    await page.getByRole("alert").filter({ hasText: /^Le lien warehouse occupe / }).waitFor();
    await assertClean(page);
  });

  it("draws the cables to try when all is silent, and shows what fits no format", async () => {
    const method = "**/cti.gateway.v1.PortsService/DiagnosePort";
    const answer = async (verdict: object): Promise<void> => {
      await page.route(method, (route) => route.fulfill({ contentType: "text/event-stream",
        body: `data: ${JSON.stringify({ verdict })}\n\nevent: end\ndata: {}\n\n` }));
      await listenTo("/dev/ttyUSB0");
    };
    await answer({ finding: "FINDING_SILENT", headline: "Rien.", lines: { cts: true },
      advice: ["Un câble droit.", "Un câble croisé."],
      wirings: [{ title: "Droit (le PBX est DCE)", picture: straightPicture },
        { title: "Croisé (le PBX est DTE)", picture: nullModemPicture }] });
    await page.locator(".verdict-head.tone-bad", { hasText: "Muet" }).waitFor();
    for (const word of ["CTS actif", "DSR inactif", "DCD inactif"]) {
      await page.locator(".badge", { hasText: word }).waitFor();
    }
    assert.equal(await page.locator("figure pre").nth(1).textContent(), nullModemPicture);
    assert.equal(await page.locator("ol.advice li").count(), 2);
    await assertClean(page);
    await page.unroute(method);
    await answer({ finding: "FINDING_UNKNOWN_FORMAT", headline: "Autre chose.",
      settings: "9600 7E1", bytesSeen: "15",
      received: Buffer.from("\x02menu 1\r\nmenu 2").toString("base64") });
    await page.locator(".verdict-head.tone-bad", { hasText: "Format inconnu" }).waitFor();
    assert.equal(await page.getByRole("group", { name: "Ce qui a été reçu" }).textContent(),
      "␂menu 1\nmenu 2");
    await assertClean(page);
    await page.unroute(method);
  });

  it("tells a viewer why not", async () => {
    await page.route("**/cti.gateway.v1.AccessService/WhoAmI", async (route) => {
      const response = await route.fetch();
      const who = await response.json() as Record<string, unknown>;
      await route.fulfill({ response, json: { ...who, role: "ROLE_VIEWER" } });
    });
    for (const place of ["ports", `ports/${encodeURIComponent(port.devicePath)}`]) {
      await go(visit, place);
      await page.reload();
      await page.locator(".note", { hasText: "pas à votre rôle" }).waitFor();
      assert.equal(await page.locator("main form, main .doctor-state").count(), 0);
      await assertClean(page);
    }
  });

  it("met no script error and no breach of the content policy", () => {
    assert.deepEqual(visit.defects, []);
  });
});
