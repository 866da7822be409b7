import assert from "node:assert/strict";
import { linkOptions, numbersText, optionsText, readDocument, withItem, withLinkOptions, withValue }
  from "./document-edit.js";

const text = `# The head office
version: 1
links: # all of them
  # Ask Claire before touching it.
  - id: head-office
    driver: asterisk-ami
    transport: { kind: tcp, host: 192.0.2.20, port: 5038 }   # behind the firewall
    options:
      user: "jackfield" # as in manager.conf
      secret: env:PBX_SECRET

retention:
  recordsDays: 90 # the law says so
`;

describe("change of the configuration's text", () => {
  it("replaces one value and not a character more", () => {
    assert.equal(withValue(text, ["links", 0, "transport", "port"], 5039),
      text.replace("5038", "5039"));
    assert.equal(withValue(text, ["links", 0, "options", "user"], "jack"),
      text.replace("\"jackfield\"", "jack"));
    assert.equal(withValue(text, ["retention", "recordsDays"], 30), text.replace("90", "30"));
  });

  it("quotes what would mean something else without quotes", () => {
    for (const value of ["true", "12", "a: b", "a, b", "# no comment", "é }", "null", "yes", "",
      "env:", "line\nline"]) {
      const next = withValue(text, ["links", 0, "transport", "host"], value) ?? "";
      const links = (readDocument(next) as { links: { transport: { host: unknown } }[] }).links;
      assert.equal(links[0]?.transport.host, value);
      assert.match(next, /# behind the firewall/);
    }
  });

  it("keeps every comment when a value is added or taken away", () => {
    const comments = text.match(/# .*/g);
    const more = withValue(text, ["links", 0, "numbers", "country"], "FR") ?? "";
    assert.deepEqual(more.match(/# .*/g), comments);
    assert.match(more, /numbers:\n {6}country: FR/);
    const item = withItem(more, ["links"], { id: "smdr-1", transport: { kind: "serial" } }) ?? "";
    assert.deepEqual(item.match(/# .*/g), comments);
    assert.match(item, /- id: smdr-1\n {4}transport:\n {6}kind: serial/);
    const less = withValue(item, ["links", 0, "options", "secret"], undefined) ?? "";
    assert.deepEqual(less.match(/# .*/g), comments);
    assert.doesNotMatch(less, /secret/);
  });

  it("takes away a section that has become empty, but no entry of a list", () => {
    const more = withValue(text, ["links", 0, "numbers", "country"], "FR") ?? "";
    const less = withValue(more, ["links", 0, "numbers", "country"], undefined) ?? "";
    assert.doesNotMatch(less, /numbers/);
    const one = "links:\n  - id: a\n  - id: b\n";
    assert.deepEqual(readDocument(withValue(one, ["links", 0, "id"], undefined) ?? ""),
      { links: [{}, { id: "b" }] });
    assert.deepEqual(readDocument(withValue(one, ["links", 0], undefined) ?? ""),
      { links: [{ id: "b" }] });
  });

  it("writes in block style into an empty list, an empty section and an empty text", () => {
    assert.equal(withItem("links: []\n", ["links"], { id: "a" }), "links:\n  - id: a\n");
    assert.equal(withItem("", ["links"], { id: "a" }), "links:\n  - id: a\n");
    assert.equal(withValue("unit:\n", ["unit", "name"], "b"), "unit:\n  name: b\n");
  });

  it("shows a link's numbers alone", () => {
    const numbered = text.replace("options:", "numbers: { country: FR, areaCode: \"1\" }\n"
      + "    options:");
    assert.equal(numbersText(numbered, "head-office"), "country: FR\nareaCode: \"1\"\n");
    assert.equal(numbersText(text, "head-office"), "");
    assert.equal(numbersText(text, "another"), "");
    assert.equal(numbersText("links: [\n", "another"), "");
  });

  it("gives a link another record format, and leaves what else its options say", () => {
    const printer = `${text.replace("links:", "links:\n  - id: hotel\n    options: "
      + "{ format: mitel, pattern: long, timeZone: Europe/Rome } # the old one\n#")}`;
    const layout = { kind: "tokens", fields: [{ name: "time", is: "time" }] };
    const changed = withLinkOptions(printer, "hotel", { format: "custom", layout }) ?? "";
    assert.deepEqual(linkOptions(changed, "hotel"), { index: 0, options: {
      format: "custom", timeZone: "Europe/Rome", layout } });
    assert.match(changed, /recordsDays: 90 # the law says so/);
    assert.match(changed, / {10}- \{ name: time, is: time \}/);
    assert.equal(withLinkOptions(text, "nowhere", {}), undefined);
    assert.equal(optionsText({ format: "custom", layout }), "format: custom\nlayout:\n"
      + "  kind: tokens\n  fields:\n    - { name: time, is: time }");
  });

  it("refuses a text that it cannot read, and a place behind an alias", () => {
    assert.equal(readDocument("links: [\n"), undefined);
    assert.equal(readDocument("- a list\n"), undefined);
    assert.equal(withValue("links: [\n", ["version"], 1), undefined);
    assert.equal(withValue("a: &x { port: 1 }\nb: *x\n", ["b", "port"], 2), undefined);
  });
});
