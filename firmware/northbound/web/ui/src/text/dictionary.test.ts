import assert from "node:assert/strict";
import { en } from "./en.js";
import { fr } from "./fr.js";
import { fill, isTextKey, language, plural, preferredLanguage, t, textOr } from "./language.js";

function places(text: string): string[] {
  return [...text.matchAll(/\{([a-zA-Z]+)\}/g)].map((match) => match[1] ?? "").sort();
}

describe("page dictionaries", () => {
  afterEach(() => { language.set("fr"); });

  it("have the same keys in both languages", () => {
    assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
  });

  it("have no empty text", () => {
    for (const [key, text] of [...Object.entries(en), ...Object.entries(fr)]) {
      assert.notEqual(text.trim(), "", key);
    }
  });

  it("name the same places in both languages", () => {
    for (const [key, text] of Object.entries(en)) {
      assert.ok(isTextKey(key));
      // "once" needs no count, so that the singular of some keys leaves it out.
      if (key.endsWith(".one")) continue;
      assert.deepEqual(places(fr[key]), places(text), key);
    }
  });

  it("have both plural forms wherever they have one", () => {
    for (const key of Object.keys(en).filter((one) => one.endsWith(".one"))) {
      assert.ok(isTextKey(key.replace(/one$/, "other")), key);
    }
  });

  it("use French quotes and no straight ones in French", () => {
    for (const [key, text] of Object.entries(fr)) assert.ok(!text.includes("\""), key);
  });
});

describe("page language", () => {
  afterEach(() => { language.set("fr"); });

  it("takes the first wish that the page speaks", () => {
    assert.equal(preferredLanguage(["de-DE", "en-US", "fr"]), "en");
    assert.equal(preferredLanguage(["fr-CA"]), "fr");
  });

  it("is French when no wish fits", () => {
    assert.equal(preferredLanguage(["de", "it"]), "fr");
    assert.equal(preferredLanguage([]), "fr");
  });

  it("fills the places and leaves unknown ones visible", () => {
    assert.equal(fill("{a} and {b}", { a: 1 }), "1 and {b}");
  });

  it("counts none as singular in French and as plural in English", () => {
    assert.equal(plural("common.calls", 0), "0 appel");
    assert.equal(plural("common.calls", 2), "2 appels");
    language.set("en");
    assert.equal(plural("common.calls", 0), "0 calls");
    assert.equal(plural("common.calls", 1), "1 call");
  });

  it("falls back to the gateway's word for a key that it lacks", () => {
    assert.equal(textOr("link.how.telepathy", "telepathy"), "telepathy");
    assert.equal(textOr("link.how.native", "native"), "par le PBX");
    assert.equal(t("link.state.up"), "Actif");
  });
});
