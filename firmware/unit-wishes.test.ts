import assert from "node:assert/strict";
import { fail, ok } from "./base/result.js";
import { SimulatedWorld } from "./base/world-simulated.js";
import { everyMs, UnitConsole } from "./unit-console.js";
import { fulfil, type WishParts } from "./unit-wishes.js";
import { SimulatedAppliance } from "./update/appliance-simulated.js";

const parts = (unit: SimulatedAppliance): WishParts => ({
  testLinks: () => Promise.resolve([{ kind: "link", name: "pbx", facts: [],
    title: { en: "PBX", fr: "PBX" }, tests: [{ key: "state", evidence: [], outcome: "failed",
      title: { en: "Connection", fr: "Raccordement" },
      text: { en: "is down", fr: "est coupé" } }] }]),
  support: () => Promise.resolve(Buffer.from("bundle")),
  keepOnStick: (name, content) => unit.keepOnStick(name, content),
  installOffer: () => fail("precondition", { en: "no stick", fr: "aucune clé" }),
  nowMs: () => 1_700_000_000_000, unit: () => "Lyon",
});

describe("wishes at the console", () => {
  const wish = (name: "test-links" | "support" | "install-offer", language: "en" | "fr" = "en") =>
    ({ mark: "1", name, language });

  it("tests links, and tells in the language of whoever asks", async () => {
    const unit = new SimulatedAppliance();
    assert.equal(await fulfil(wish("test-links"), parts(unit)),
      "pbx\n  FAILED    Connection: is down");
    assert.match(await fulfil(wish("test-links", "fr"), parts(unit)), /ÉCHEC +Raccordement/);
    assert.match(await fulfil(wish("test-links"), { ...parts(unit),
      testLinks: () => Promise.resolve([]) }), /No link/);
  });

  it("writes the support bundle onto the stick, or says what is missing", async () => {
    const unit = new SimulatedAppliance();
    assert.match(await fulfil(wish("support"), parts(unit)),
      /jackfield-support-lyon-20231114T221320\.tar\.gz$/);
    assert.equal(unit.kept.size, 1);
    unit.hasStick = false;
    assert.match(await fulfil(wish("support"), parts(unit)), /no stick/);
  });

  it("installs what a stick offers", async () => {
    const unit = new SimulatedAppliance();
    assert.match(await fulfil(wish("install-offer", "fr"), parts(unit)), /aucune clé/);
    assert.match(await fulfil(wish("install-offer"), { ...parts(unit),
      installOffer: () => ok("1.1.0") }), /1\.1\.0/);
  });

  it("are done once each, and not those of before the start", async () => {
    const world = new SimulatedWorld();
    const board = new SimulatedAppliance();
    board.wished = wish("support");
    const unitConsole = new UnitConsole({ world, board, firstAdmin: () => Promise.resolve(""),
      authorityPem: () => undefined, fulfil: (asked) => fulfil(asked, parts(board)),
      facts: () => ({ unit: "lyon", version: "0.1.0", language: "en", webPort: 8_443, links: [],
        alarms: 0, stage: "idle", offered: "" }) });
    assert.ok((await unitConsole.start()).ok);
    await world.advance(2 * everyMs);
    assert.deepEqual(board.answers, []);
    board.wished = { ...wish("test-links"), mark: "2" };
    await world.advance(3 * everyMs);
    assert.deepEqual(board.answers.map(({ mark }) => mark), ["2"]);
    await unitConsole.stop();
  });
});
