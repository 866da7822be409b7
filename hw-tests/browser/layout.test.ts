/** An administrator who tells the unit what the lines of an unknown PBX mean. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { devices, type Locator, type Page } from "playwright-core";
import { axeFindings, overhangPx, tooSmall } from "./chromium.js";
import { assertClean, go, minuteMs, showAll, signedIn, signIn, tabTo, type Visit }
  from "./visit.js";

const widePx = 1_280;
const narrowPx = 390;
const waitMs = 10_000;

describe("a record layout made in a browser", function () {
  this.timeout(3 * minuteMs);
  let visit: Visit;
  let page: Page;
  let printed: string;
  let ticket: string;

  before(async function () {
    const example = await readFile("drivers/smdr/CUSTOM-LAYOUT.md", "utf8");
    [printed = assert.fail("no example"), ticket = assert.fail("no ticket")] =
      [...example.matchAll(/```text\n(.*?)```/gs)].map(([, text]) => text ?? "");
    visit = await signedIn(this, { viewport: { width: widePx, height: 900 },
      permissions: ["clipboard-read", "clipboard-write"] });
    page = visit.page;
    page.setDefaultTimeout(waitMs);
  });

  after(async () => { await visit?.end(); });

  const line = (index: number): Locator => page.locator(".line-text").nth(index);
  const result = (): Locator => page.getByRole("region", { name: "Tel que compris" });
  const field = (number: number): Locator =>
    page.getByRole("group", { name: `Champ ${number}`, exact: true });
  const clean = (): Promise<void> => assertClean(page, widePx, narrowPx);
  /** Drags over columns of a line, both inclusive. */
  const drag = async (
    index: number, from: number, to: number, said = `Colonnes ${from} à ${to}`,
  ): Promise<void> => {
    await line(index).scrollIntoViewIfNeeded();
    const box = await line(index).boundingBox() ?? assert.fail("no line");
    const length = (await line(index).textContent() ?? "").length;
    const x = (column: number): number => box.x + box.width * column / length;
    const y = box.y + box.height / 2;
    await page.mouse.move(x(from - 1) + 1, y);
    await page.mouse.down();
    await page.mouse.move(x(to), y, { steps: 4 });
    await page.mouse.up();
    await page.getByText(said).waitFor();
  };

  it("shows what a link received, and the way to it from the link", async () => {
    await go(visit, "links/warehouse");
    await page.getByRole("link", { name: "Essayer une disposition" }).click();
    await page.getByRole("heading", { name: "Disposition des tickets" }).waitFor();
    const refresh = page.getByRole("button", { name: "Actualiser" });
    // The simulated office prints a call every few seconds.
    for (let tries = 0; tries < 60 && await line(0).count() === 0; tries += 1) {
      await refresh.click();
      await page.locator(".line-text, .empty").first().waitFor();
      await page.waitForTimeout(500);
    }
    await page.getByText("Les dernières lignes reçues de").waitFor();
    assert.match(await line(0).textContent() ?? "", /^\d\d\/\d\d\/\d\d /);
    await clean();
  });

  it("makes fields of texts that are dragged over, and shows what they say", async () => {
    await page.getByText("Utiliser d'autres lignes").click();
    await page.getByLabel("Lignes telles qu'imprimées").fill(printed);
    await page.locator(".line-text", { hasText: "DATE" }).waitFor();
    await page.getByText("Ajoutez des champs").waitFor();
    const parts: readonly (readonly [from: number, to: number, is: string])[] = [
      [1, 8, "date"], [10, 14, "heure"], [16, 19, "poste"], [26, 26, "sens de l'appel"],
      [33, 40, "durée, h:m:s"], [49, 58, "numéro du correspondant"]];
    for (const [from, to, is] of parts) {
      await drag(1, from, to);
      const choice = page.locator(".layout-new select");
      assert.equal(await choice.evaluate((node) =>
        (node as unknown as { selectedOptions: { text: string }[] }).selectedOptions[0]?.text), is);
      await page.getByRole("button", { name: "Ajouter le champ" }).click();
    }
    await result().getByText("La disposition ne peut pas encore servir").waitFor();
    for (const [text, meaning] of [["I", "entrant"], ["N", "entrant"], ["O", "sortant"]] as const) {
      await field(4).getByLabel(text, { exact: true }).selectOption({ label: meaning });
    }
    // Line and ring time stand where the layout has nothing yet.
    await result().getByText("lignes pas comprises").waitFor();
    await result().getByText(/duration, colonnes|date, colonnes|avant/).first().waitFor();
    assert.equal(await page.locator(".line-rejected").count() > 0, true);
    await clean();
  });

  it("is finished by keyboard alone, until every line is understood", async () => {
    const add = page.getByRole("button", { name: "Ajouter un champ" });
    const another = async (from: string, to: string, is: string): Promise<void> => {
      await tabTo(page, add);
      await page.keyboard.press("Enter");
      const row = page.locator(".layout-field").last();
      await row.locator("select:focus").waitFor();
      await row.getByLabel("Contenu").selectOption({ label: is });
      await row.getByLabel("De", { exact: true }).fill(from);
      await row.getByLabel("À", { exact: true }).fill(to);
      await row.getByLabel("peut être vide").check();
    };
    await another("21", "24", "ligne réseau");
    await another("28", "31", "durée de sonnerie");
    await another("42", "47", "code affaire");
    await page.getByLabel("Lignes à ignorer").fill("DATE");
    await result().getByText("4 tickets compris").waitFor();
    // Before the heading is skipped, the four are understood and it is not.
    await result().getByText("pas comprise").waitFor({ state: "detached" });
    const row = result().locator("tbody tr").first();
    assert.match((await row.textContent() ?? "").replace(/\s+/g, " "),
      /22\/11\/2026.*Entrant.*101.*T02.*0142685300.*1:23.*oui/);
    assert.equal(await page.locator(".line-read").count(), 4);
    await clean();
  });

  it("gives the options and leads to the configuration, where they are applied", async () => {
    const yaml = await page.getByRole("group", { name: "Options du lien" }).textContent() ?? "";
    assert.match(yaml, /^format: custom\n/);
    await page.getByRole("button", { name: "Mettre dans la configuration" }).click();
    await page.getByRole("heading", { name: "Configuration", exact: true }).waitFor();
    await page.getByText("modifi").first().waitFor();
    await page.getByRole("button", { name: "Texte", exact: true }).click();
    const text = await page.locator("textarea.code, .editor textarea").first().inputValue();
    assert.match(text, /id: warehouse[\s\S]*format: custom[\s\S]*is: ringTime/);
    await page.getByRole("button", { name: "Valider" }).click();
    await page.getByText("Le document est valide").waitFor();
    await page.getByRole("button", { name: "Formulaire", exact: true }).click();
    const entry = page.locator(".config-entry", { hasText: "warehouse" });
    await entry.locator("summary").first().click();
    await entry.getByRole("link", { name: /^Essayer une disposition/ }).click();
    // The layout that is being put into the configuration is the one to go on with.
    await page.locator(".layout-field").nth(8).waitFor();
  });

  it("makes a ticket of lines, each with a label, and shows what it says", async () => {
    await go(visit, "layout");
    const broken = ticket.replace("22/11/26", "22/13/26").replace("A101", "A102");
    await page.getByLabel("Lignes telles qu'imprimées").fill(`${ticket}${broken}`);
    await page.getByLabel("Les champs sont séparés par")
      .selectOption({ label: "des lignes, chacune avec une étiquette" });
    await page.getByLabel("Lignes à ignorer").fill("EXAMPLE COMPANY");
    // What the last line tells is dragged over, the others are taken as they come.
    await drag(7, 18, 21, "Après « COST » :");
    await page.getByRole("button", { name: "Ajouter le champ" }).click();
    for (let count = 2; count <= 7; count += 1) {
      await page.getByRole("button", { name: "Ajouter un champ" }).click();
      await field(count).waitFor();
    }
    await page.getByRole("button", { name: "Les tickets commencent par « USER »" }).click();
    assert.equal(await field(1).getByLabel("Étiquette").inputValue(), "USER");
    await field(1).getByText("Sa ligne commence chaque ticket.").waitFor();
    await field(1).getByLabel("Contenu").selectOption({ label: "poste" });
    await field(3).getByLabel("-->", { exact: true }).selectOption({ label: "sortant" });
    await result().getByText("1 ticket compris").waitFor();
    await result().getByText("7 lignes pas comprises").waitFor();
    assert.match((await result().locator("tbody tr").textContent() ?? "").replace(/\s+/g, " "),
      /22\/11\/2026.*Sortant.*A101.*0142685300.*1:10.*oui/);
    assert.deepEqual([await page.locator(".line-read").count(),
      await page.locator(".line-rejected").count()], [7, 7]);
    await clean();
    const yaml = await page.getByRole("group", { name: "Options du lien" }).textContent() ?? "";
    assert.match(yaml, /kind: labels[\s\S]*label: USER[\s\S]*label: DIALLED NUMBER/);
  });

  it("speaks English, and shows no lines to who is no administrator", async () => {
    await page.getByRole("button", { name: "EN", exact: true }).click();
    await page.getByRole("heading", { name: "Record layout" }).waitFor();
    await page.getByLabel("Content").first().waitFor();
    await page.route("**/cti.gateway.v1.AccessService/WhoAmI", async (route) => {
      const response = await route.fetch();
      const who = await response.json() as Record<string, unknown>;
      await route.fulfill({ response, json: { ...who, role: "ROLE_OPERATOR" } });
    });
    await page.reload();
    await page.locator(".note", { hasText: "only administrators" }).waitFor();
    assert.equal(await page.locator(".layout-lines").count(), 0);
  });

  it("is as good by finger on a phone", async () => {
    const { defaultBrowserType: _browser, ...phone } = devices["iPhone 14"] ?? assert.fail();
    const context = await visit.browser.newContext({ ...phone, ignoreHTTPSErrors: true,
      locale: "fr-FR", reducedMotion: "reduce", viewport: { width: narrowPx, height: 844 } });
    const desk = page;
    page = await context.newPage();
    const there = { ...visit, page };
    await signIn(there, visit.office.adminPassword);
    await page.locator(".frame").waitFor();
    await go(there, "layout");
    await page.getByLabel("Lignes telles qu'imprimées").fill(printed);
    await page.getByLabel("Les champs sont séparés par").selectOption({ label: "des blancs" });
    const add = page.getByRole("button", { name: "Ajouter un champ" });
    for (let count = 1; count <= 3; count += 1) {
      await add.tap();
      await field(count).waitFor();
    }
    await page.getByRole("button", { name: "Supprimer le champ 3" }).tap();
    await field(3).waitFor({ state: "detached" });
    await result().getByText("La disposition ne peut pas encore servir").waitFor();
    assert.equal(await overhangPx(page) <= 0, true, "scrolls sideways");
    await showAll(page, narrowPx);
    assert.deepEqual(await tooSmall(page), []);
    assert.deepEqual(await axeFindings(page), []);
    page = desk;
    await context.close();
  });

  it("met no script error and no breach of the content policy", () => {
    assert.deepEqual(visit.defects, []);
  });
});
