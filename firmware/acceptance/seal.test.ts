import assert from "node:assert/strict";
import { createPrivateKey, sign, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { SimulatedWorld } from "../base/world-simulated.js";
import { verifyReport } from "../cli/report-verifier.js";
import { makeAuthority } from "../northbound/access/certificate-authority.js";
import { canonicalJson } from "./canonical-json.js";
import { differences } from "./differences.js";
import { reportPage } from "./report-page.js";
import { reportForm, verdictOf, type Outcome, type Report, type Subject } from "./report.js";
import { sealedPage, sealedReport, sha256, type Signer } from "./seal.js";

async function newSigner(unit: string): Promise<Signer> {
  const made = await makeAuthority(new SimulatedWorld(7), unit);
  assert.ok(made.ok);
  const key = createPrivateKey(made.value.keyPem);
  return { certificate: new X509Certificate(made.value.certificatePem).raw,
    sign: (message) => sign("sha256", message, { key, dsaEncoding: "ieee-p1363" }) };
}

const subject = (name: string, outcomes: readonly Outcome[], port = "/dev/ttyS0"): Subject => ({
  kind: "link", name, title: "", facts: [
    { kind: "setting", key: "configured", name: { en: "Connection", fr: "Raccordement" },
      value: port },
    { kind: "reading", key: "bytes", name: "Bytes", value: String(port.length) }],
  tests: outcomes.map((outcome, index) => ({ key: `t${index}`, title: `Test ${index}`, outcome,
    text: { en: "found", fr: "trouvé" }, evidence: [{ source: "raw pbx 7", name: "line",
      value: "<b>é & \"x\"\n101 0142" }] })) });

function reportOf(
  signer: Signer, subjects: readonly Subject[], more: Partial<Report> = {},
): Report {
  return { form: reportForm, number: 2, unit: { name: "jack-1", version: "1.0", timeZone: "UTC",
    authority: sha256(signer.certificate) }, site: "Lyon", installer: "Ann", remarks: "",
  runBy: "ann", startedAt: "2026-11-29T21:00:00.000Z", endedAt: "2026-11-29T21:02:00.000Z",
  verdict: verdictOf(subjects), previous: { number: 1, sha256: "00" }, changes: [], subjects,
  ...more };
}

/** Every kind of text that a line or a person may bring along. */
const anyText = fc.string({ unit: "binary", maxLength: 60 });

describe("acceptance report: form and signature", () => {
  let ours: Signer;
  let theirs: Signer;
  let trusted: readonly string[];
  let file: string;
  let page: string;

  before(async () => {
    ours = await newSigner("jack-1");
    theirs = await newSigner("jack-2");
    trusted = [sha256(ours.certificate)];
    const report = reportOf(ours, [subject("pbx", ["passed", "failed"]), subject("b", ["passed"])]);
    file = sealedReport(report, ours);
    page = sealedPage(reportPage(report, file, "en"), ours);
  });

  it("writes a value in one way only", () => {
    assert.equal(canonicalJson({ b: [1, null, true], a: { "é": "\u2028\n\"", A: "" } }),
      "{\"a\":{\"A\":\"\",\"é\":\"\u2028\\n\\\"\"},\"b\":[1,null,true]}");
    assert.throws(() => canonicalJson({ part: 0.5 }));
    assert.throws(() => canonicalJson({ nothing: undefined }));
    fc.assert(fc.property(fc.dictionary(anyText, anyText), (members) => {
      const turned = Object.fromEntries(Object.entries(members).reverse());
      assert.equal(canonicalJson(turned), canonicalJson(members));
      assert.deepEqual(JSON.parse(canonicalJson(members)), { ...members });
    }));
  });

  it("is good as file and as page, whatever texts it holds, and no text becomes markup", () => {
    fc.assert(fc.property(anyText, anyText, anyText, (site, remarks, line) => {
      const subjects = [subject("pbx", ["passed"], line)];
      const report = reportOf(ours, subjects, { site, remarks: `${remarks}<script>x</script>` });
      const sealed = sealedReport(report, ours);
      assert.equal(verifyReport(Buffer.from(sealed), trusted).finding, "good");
      for (const language of ["en", "fr"] as const) {
        const html = sealedPage(reportPage(report, sealed, language), ours);
        const verified = verifyReport(Buffer.from(html), trusted);
        assert.deepEqual([verified.finding, verified.unit, verified.number, verified.verdict],
          ["good", "jack-1", 2, "passed"]);
        assert.doesNotMatch(html, /<script/);
      }
    }), { numRuns: 50 });
  });

  it("shows any byte that was changed, taken away or added, in file and page", () => {
    for (const whole of [Buffer.from(file), Buffer.from(page)]) {
      fc.assert(fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(2),
        (at, by, how) => {
          const before = whole.subarray(0, at);
          const bad = how === 0 ? Buffer.concat([before, whole.subarray(at + 1)])
            : how === 1 ? Buffer.concat([before, Buffer.from([by]), whole.subarray(at)])
            : Buffer.concat([before, Buffer.from([(whole[at] ?? 0) ^ by]), whole.subarray(at + 1)]);
          assert.notEqual(verifyReport(bad, trusted).finding, "good");
          assert.notEqual(verifyReport(bad, []).finding, "unknown-unit");
        }), { numRuns: 1_500 });
    }
  }).timeout(60_000);

  it("says which part was changed", () => {
    const places = (text: string): string => verifyReport(Buffer.from(text), trusted).places
      .map(([english]) => english).join("; ");
    assert.equal(places(file.replace("Lyon", "Nice")), "the head of the report");
    assert.equal(places(file.replace("\"outcome\":\"failed\"", "\"outcome\":\"passed\"")),
      "link pbx");
    assert.match(places(page.replace("Lyon", "Nice")), /^the page around the signed data/);
    const data = JSON.parse(file) as { report: Report };
    const short = { ...data, report: { ...data.report, subjects: [subject("b", ["passed"])] } };
    assert.match(places(`${canonicalJson(short)}\n`), /link b; a part is missing/);
  });

  it("is another unit's when another signed it, and nobody's when nobody says whose", () => {
    const forged = sealedReport(reportOf(theirs, [subject("pbx", ["passed"])]), theirs);
    assert.equal(verifyReport(Buffer.from(forged), trusted).finding, "other-unit");
    assert.equal(verifyReport(Buffer.from(file), []).finding, "unknown-unit");
    const mixed = sealedReport(reportOf(ours, [subject("pbx", ["passed"])]),
      { certificate: ours.certificate, sign: theirs.sign });
    assert.equal(verifyReport(Buffer.from(mixed), trusted).finding, "changed");
    for (const text of ["", "{}", "[]", "null", "hello", "<html></html>"]) {
      assert.equal(verifyReport(Buffer.from(text), trusted).finding, "no-report", text);
    }
  });
});

describe("acceptance report: verdict and differences", () => {
  it("is never better than its tests", () => {
    const outcome = fc.constantFrom<Outcome>("passed", "failed", "not-run");
    fc.assert(fc.property(fc.array(fc.array(outcome, { maxLength: 4 }), { maxLength: 4 }),
      (all) => {
        const flat = all.flat();
        const verdict = verdictOf(all.map((outcomes) => subject("x", outcomes)));
        assert.equal(verdict, flat.includes("failed") ? "failed"
          : flat.length === 0 || flat.includes("not-run") ? "incomplete" : "passed");
      }));
  });

  it("tells settings and outcomes that differ, links that come and go, no readings", async () => {
    const signer = await newSigner("jack-1");
    const before = reportOf(signer, [subject("a", ["passed", "passed"]), subject("b", ["passed"])]);
    const after = reportOf(signer, [subject("a", ["passed", "failed"], "/dev/ttyS10"),
      subject("c", ["passed"])]);
    const whole = { en: "as a whole", fr: "en entier" };
    const there = { en: "present", fr: "présent" };
    assert.deepEqual(differences(before, after), [
      { subject: "link a", item: { en: "Connection", fr: "Raccordement" }, before: "/dev/ttyS0",
        after: "/dev/ttyS10" },
      { subject: "link a", item: "Test 1", before: { en: "passed", fr: "réussi" },
        after: { en: "failed: found", fr: "échoué : trouvé" } },
      { subject: "link b", item: whole, before: there, after: "" },
      { subject: "link c", item: whole, before: "", after: there }]);
    assert.deepEqual(differences(before, before), []);
  });
});
