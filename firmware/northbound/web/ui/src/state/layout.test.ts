import assert from "node:assert/strict";
import { beginningWith, freeName, guess, inOrder, isSkipped, layoutIn, lineStates, linesOf,
  noLayout, optionsOf, piecesOf, ruler, textsAt, withField, withNextLabel, type OwnLayout }
  from "./layout.js";

const lines = ["22/11/26 09:15  101 I 00:01'23 0142685300", "22/11/26 09:21  102 O 00:10'00 0611"];
const layout: OwnLayout = [["date", 1, 8], ["time", 10, 14], ["device", 16, 19],
  ["direction", 21, 21], ["duration", 23, 30], ["number", 32, 47]].reduce((all, [is, from, to]) =>
  withField(all, is as "date", Number(from), Number(to)), noLayout);

describe("a record layout in the making", () => {
  it("shows the newest lines, and a point for what cannot be shown", () => {
    assert.deepEqual(linesOf(Buffer.from("\x02one\x07\r\n\r\n...\ntwo\xe9 \r\n", "latin1")),
      [".one.", "twoé"]);
    const many = linesOf(Buffer.from(Array.from({ length: 99 }, (_, n) => `line ${n}`).join("\n")));
    assert.deepEqual([many.length, many.at(-1)], [30, "line 98"]);
  });

  it("draws a line by its columns, tokens or places", () => {
    assert.deepEqual(piecesOf(layout, lines[0] ?? "").filter(({ field }) => field !== undefined)
      .map(({ text, field, from }) => [text, field, from]), [["22/11/26", 0, 1], ["09:15", 1, 10],
      [" 101", 2, 16], ["I", 3, 21], ["00:01'23", 4, 23], ["0142685300", 5, 32]]);
    assert.equal(piecesOf(layout, lines[1] ?? "").map(({ text }) => text).join(""), lines[1]);
    const parts = (kind: "tokens" | "csv", line: string): readonly unknown[] =>
      piecesOf({ ...layout, kind }, line).flatMap(({ text, field }) =>
        field === undefined ? [] : [text]);
    assert.deepEqual(parts("tokens", " a  bb c"), ["a", "bb", "c"]);
    assert.deepEqual(parts("csv", "a;;c"), ["a", "c"]);
    assert.deepEqual(piecesOf({ ...layout, kind: "csv" }, "a;;c").at(-1),
      { text: "c", from: 4, field: 2 });
  });

  it("gives the texts of a field for its meanings", () => {
    assert.equal(isSkipped({ ...layout, skip: " DATE\n\n" }, "  DATE TIME"), true);
    assert.equal(isSkipped({ ...layout, skip: "DATE\n\n" }, "22/11"), false);
    assert.deepEqual(textsAt(layout, 3, [...lines, "22/11/26", lines[0] ?? ""]), ["I", "O", ""]);
  });

  it("proposes what a text is, each once", () => {
    assert.deepEqual(["22/11/26", "22.11", "09:15", "00:01'23", "0142685300", "I", "101", "T02",
      "0.42", "Dupont"].map((text) => guess(text, noLayout)), ["date", "date", "time", "duration",
      "calledNumber", "direction", "device", "trunk", "cost", "text"]);
    assert.deepEqual(["09:20", "0:07", "4711", "3.12"].map((text) => guess(text, layout)),
      ["ringTime", "ringTime", "accountCode", "cost"]);
    assert.equal(freeName(layout.fields, "time"), "time2");
    const more = withField(layout, "trunk", 21, 24);
    assert.deepEqual([more.fields.at(-1)?.name, inOrder(more).fields[4]?.name], ["trunk", "trunk"]);
  });

  it("is written as options and read from them", () => {
    const marked = { ...layout, skip: "DATE\n \nPage", timeZone: "Europe/Berlin",
      fields: layout.fields.map((field) => field.is === "direction"
        ? { ...field, means: { I: "incoming", O: "outgoing" } } : field) };
    const options = optionsOf(marked);
    assert.deepEqual(layoutIn(options), { ...marked, skip: "DATE\nPage", separator: "," });
    assert.deepEqual(optionsOf({ ...noLayout, kind: "csv" }), { format: "custom",
      layout: { kind: "csv", separator: ";", clock: "end", fields: [] } });
    assert.equal(layoutIn({ format: "mitel" }), undefined);
  });

  it("marks the lines that were read and those that were rejected", () => {
    assert.deepEqual(lineStates(layout, ["a  b", "c", "d"], ["a b"], ["c"]),
      ["read", "rejected", "other"]);
  });

  it("counts columns", () => {
    assert.deepEqual(ruler(12), ["         1  ", "123456789012"]);
  });
});

describe("a ticket of labelled lines in the making", () => {
  const printed = ["   EXAMPLE COMPANY", "USER ......... : A101", "TYPE ......... : -->",
    "DATE ......... : 22/11/26", "TIME ......... : 09:15", "DURATION ..... : 00:01:10"];
  const skipping: OwnLayout = { ...noLayout, kind: "labels", skip: "EXAMPLE" };
  const ticket = printed.slice(1).reduce((made) => withNextLabel(made, printed), skipping);

  it("takes one labelled line after the other that is not skipped, each once", () => {
    assert.deepEqual(ticket.fields.map(({ label, is }) => [label, is]), [["USER", "trunk"],
      ["TYPE", "direction"], ["DATE", "date"], ["TIME", "time"], ["DURATION", "duration"]]);
    assert.deepEqual(withNextLabel(ticket, printed).fields.at(-1),
      { name: "text", is: "text", from: 1, to: 1, label: "", optional: false, means: {} });
    // Made in the order of asking, not of columns.
    assert.deepEqual(inOrder(ticket), ticket);
  });

  it("draws what a line tells, and gives its texts only of lines with the label", () => {
    assert.deepEqual(piecesOf(ticket, printed[2] ?? "").map(({ text, field }) => [text, field]),
      [["TYPE ......... : ", undefined], ["-->", 1]]);
    assert.deepEqual(piecesOf(ticket, "USERS: 3").map(({ field }) => field), [undefined]);
    assert.deepEqual(textsAt(ticket, 1, [...printed, "TYPE: <--", "TYPE :"]), ["-->", "<--", ""]);
  });

  it("is written as options and read from them, beginning with whatever line it is told", () => {
    const turned = beginningWith(ticket, 2);
    assert.deepEqual(turned.fields.map(({ label }) => label),
      ["DATE", "USER", "TYPE", "TIME", "DURATION"]);
    const options = optionsOf(turned) as { layout: { fields: readonly object[] } };
    assert.deepEqual(options.layout.fields[0], { name: "date", is: "date", label: "DATE" });
    assert.deepEqual(layoutIn(options), { ...turned, separator: "," });
  });

  it("marks the lines of tickets that were read, and of those that were rejected", () => {
    const second = ["USER : A102", "TYPE ......... : -->", "DATE: 22/13/26", "PAGE 2"];
    assert.deepEqual(lineStates(ticket, ["TYPE : <--", ...printed, ...second],
      ["USER: A101\r\nTYPE: -->\r\nDATE: 22/11/26\r\nTIME: 09:15\r\nDURATION: 00:01:10"],
      ["USER : A102..TYPE ......... : -->..DATE: 22/13/26"]),
    ["other", "other", "read", "read", "read", "read", "read", "rejected", "rejected", "rejected",
      "other"]);
  });
});
