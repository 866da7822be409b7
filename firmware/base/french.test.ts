import assert from "node:assert/strict";
import { inBoth, inFrench } from "./french.js";
import { rejectPhrases } from "./french-rejects.js";
import { settingPhrases } from "./french-settings.js";

describe("French of English sentences", () => {
  for (const [english, french] of [
    ["fits no Panasonic KX-TD/TDA/TDE/NS layout",
      "ne suit aucun format de Panasonic KX-TD/TDA/TDE/NS"],
    ["no end of line within 2048 bytes", "pas de fin de ligne en 2048 octets"],
    ["no SNMP message: not a sequence", "pas un message SNMP : pas une séquence"],
    ["line 4: found the text \"x\"; expected a whole number",
      "ligne 4 : trouvé le texte \"x\" ; attendu un nombre entier"],
    ["found nothing; expected a list or a section",
      "trouvé rien ; attendu une liste ou une section"],
    ["is missing; expected certificate and key together, or neither",
      "manque ; attendu certificate et key ensemble, ou aucun"],
    ["Too small: expected string to have >=1 characters",
      "trop court : attendu un texte d'au moins 1 caractères"],
  ] as const) {
    it(`turns "${english}"`, () => { assert.equal(inFrench(english), french); });
  }

  it("leaves alone what it does not know, also what begins alike, and what is too long", () => {
    for (const unknown of ["ENOENT: no such file", "no such date at all", "a or b", ""]) {
      assert.equal(inFrench(unknown), undefined, unknown);
      assert.equal(inBoth(unknown), unknown);
    }
    assert.equal(inFrench(`found ${"x".repeat(3_000)}; expected a text`), undefined);
  });

  it("keeps no sentence twice: counts by reason stay apart", () => {
    for (const phrases of [rejectPhrases, settingPhrases]) {
      for (const side of [0, 1] as const) {
        const all = phrases.map((phrase) => phrase[side]);
        assert.deepEqual(all.filter((text, index) => all.indexOf(text) !== index
          && (side === 0 || phrases === rejectPhrases)), []);
      }
      for (const [english, french] of phrases) {
        assert.equal(english.split("{}").length, french.split("{}").length, english);
      }
    }
  });

  it("stays quick on what would fit many ways", () => {
    const text = "found ".repeat(300) + "; expected ".repeat(15);
    const begun = process.hrtime.bigint();
    inFrench(text);
    assert.ok(process.hrtime.bigint() - begun < 500_000_000n);
  });
});
