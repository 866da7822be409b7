import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { NumberFormsSchema } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { bytes, clockLength, longLength, msOf, partyNumber, partyTitle, percent, recent, sameDay,
  timestampOf } from "./format.js";
import { language } from "./language.js";

/** French puts a narrow no-break space where one would type a space. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, " ");
}

describe("page formats", () => {
  afterEach(() => { language.set("fr"); });

  it("write a call's length as a clock", () => {
    assert.equal(clockLength(0), "0:00");
    assert.equal(clockLength(59.9), "0:59");
    assert.equal(clockLength(760), "12:40");
    assert.equal(clockLength(3_723), "1:02:03");
    assert.equal(clockLength(-5), "0:00");
  });

  it("write a wait with its two largest units", () => {
    language.set("en");
    assert.equal(longLength(0), "0 seconds");
    assert.equal(longLength(45), "45 seconds");
    assert.equal(longLength(61), "1 minute 1 sec");
    assert.equal(plain(longLength(90_061)), "1 day 1 hr");
    language.set("fr");
    assert.equal(plain(longLength(2)), "2 secondes");
  });

  it("write bytes with a unit that fits", () => {
    language.set("en");
    assert.equal(bytes(12n), "12 bytes");
    assert.equal(plain(bytes(1_500)), "1.5 kB");
    assert.equal(plain(bytes(91_823_412n)), "92 MB");
    assert.equal(plain(bytes(5e15)), "5,000 TB");
  });

  it("carry times to the API and back without loss", () => {
    for (const ms of [0, 1, 1_700_000_000_123, -1]) {
      assert.equal(msOf(stamp(timestampOf(ms))), ms);
    }
    assert.equal(msOf(undefined), undefined);
  });

  it("leave out the date of today only", () => {
    language.set("en");
    const now = Date.UTC(2026, 10, 23, 12, 0, 0);
    assert.equal(sameDay(now, now - 60_000), true);
    assert.equal(sameDay(now, now - 86_400_000), false);
    assert.doesNotMatch(recent(now - 60_000, now), /2026/);
    assert.match(recent(now - 86_400_000, now), /2026/);
    assert.equal(recent(undefined, now), "–");
  });

  it("call a party by its name, else by the best number", () => {
    const forms = (init: { name?: string; display?: string; raw?: string }) =>
      create(NumberFormsSchema, init);
    assert.equal(partyTitle(forms({ name: "Mairie", display: "01 42" })), "Mairie");
    assert.equal(partyTitle(forms({ display: "01 42", raw: "0142" })), "01 42");
    assert.equal(partyNumber(forms({ raw: "0142" })), "0142");
    assert.equal(partyTitle(forms({})), undefined);
    assert.equal(partyTitle(undefined), undefined);
  });

  it("write shares as the language does", () => {
    assert.equal(plain(percent(0.83)), "83 %");
    language.set("en");
    assert.equal(percent(0.83), "83%");
  });
});

function stamp(value: { seconds: bigint; nanos: number }) {
  return { $typeName: "google.protobuf.Timestamp" as const, ...value };
}
