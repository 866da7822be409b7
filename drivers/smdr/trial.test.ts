import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { OptionsTrial } from "../../firmware/link/driver.js";
import { inLanguage } from "../../firmware/base/result.js";
import { driver } from "./driver.js";
import { rejectedMax, triedRecordsMax } from "./trial.js";

/** 2026-11-22T10:00:00Z */
const atMs = 1_795_341_600_000;
const layout = { kind: "columns", clock: "end", dateOrder: "dmy", skip: ["DATE"], fields: [
  { name: "date", is: "date", from: 1, to: 8 }, { name: "time", is: "time", from: 10, to: 14 },
  { name: "room", is: "device", from: 16, to: 18 },
  { name: "way", is: "direction", from: 20, to: 20, means: { I: "incoming", O: "outgoing" } },
  { name: "length", is: "duration", from: 22, to: 29 },
  { name: "party", is: "number", from: 31, to: 46 }] };
const line = "22/11/26 09:15 101 I 00:01'23 0142685300";

function tried(options: unknown, text: string): OptionsTrial {
  const trial = driver.tryOptions?.(options, Buffer.from(text, "latin1"), atMs);
  assert.ok(trial?.ok === true, JSON.stringify(trial));
  return trial.value;
}

function reasons(more: object, ...lines: readonly string[]): readonly string[] {
  return tried({ format: "custom", layout: { ...layout, ...more } }, lines.join("\r\n"))
    .rejected.map(({ reason }) => inLanguage(reason, "en"));
}

describe("options of smdr, tried out", () => {
  it("tells what each record says, in UTC, and not the lines to skip", () => {
    const trial = tried({ format: "custom", timeZone: "Europe/Paris", layout },
      `DATE TIME\r\n${line}\r\n------\r\n`);
    assert.deepEqual([trial.recordsTotal, trial.rejectedTotal, trial.rejected], [1, 0, []]);
    const [record] = trial.records;
    assert.equal(record?.text, line);
    assert.deepEqual(record.fields, { date: "22/11/26", time: "09:15", room: "101", way: "I",
      length: "00:01'23", party: "0142685300" });
    const { startedAtMs = 0, device, direction, callingNumber, durationMs } = record.call ?? {};
    assert.deepEqual([device, direction, callingNumber, durationMs],
      ["101", "incoming", "0142685300", 83_000]);
    assert.equal(new Date(startedAtMs).toISOString(), "2026-11-22T08:13:37.000Z");
  });

  it("tells where a line breaks the layout", () => {
    assert.deepEqual(reasons({}, line.replace(" I ", " X "), line.replace("101 I", "101xI"),
      `${line}${" ".repeat(8)}too long`, line.replace("22/11", "31/11"), line.slice(0, 21)), [
      "way, columns 20 to 20: found \"X\"", "columns 19 to 19, before way: found \"x\"",
      "behind column 46: found \"too long\"", "no such date or time in the order dmy",
      "length, columns 22 to 29: nothing found"]);
    const plain = layout.fields.map(({ from: _from, to: _to, ...field }) => field);
    assert.deepEqual(reasons({ kind: "tokens", fields: plain }, line.replace("101", "reception"),
      `${line} more`, line.slice(0, 20)), ["room: found \"reception\"",
      "behind the last field: found \"more\"", "length: nothing found"]);
    assert.deepEqual(reasons({ kind: "csv", fields: plain }, line.replaceAll(" ", ";"),
      line.replaceAll(" ", ",").replace("09:15", "25:15")),
    ["1 places found; the layout has 6 at least", "time, place 2: found \"25:15\""]);
  });

  it("reads the other formats too: dates for the lines behind them, notices", () => {
    const at = (...parts: readonly (readonly [number, string])[]): string =>
      parts.reduce((text, [column, part]) => text.padEnd(column - 1) + part, "");
    const trial = tried({ format: "avaya-cm", timeZone: "UTC" }, ["11 20",
      at([1, "1402 0008 9"], [21, "           2105"], [37, "  801"], [74, "004     0"]),
      at([1, "1402 0100 6"], [82, "0"]), "nonsense"].join("\r\n"));
    assert.deepEqual(trial.records.map(({ phase, call }) => [phase, call?.device]),
      [["date", undefined], ["completed", "2105"], ["notice", undefined]]);
    assert.match(new Date(trial.records[1]?.call?.startedAtMs ?? 0).toISOString(),
      /^2026-11-20T14:01:12/);
    assert.deepEqual(trial.rejected.map(({ text }) => text), ["nonsense"]);
  });

  it("shows the last ones only, and what can be shown", () => {
    const trial = tried({ format: "custom", layout },
      `${`${line}\r\n`.repeat(triedRecordsMax + 5)}${"\u0001\u00e9?\r\n".repeat(rejectedMax + 3)}`
      + `${"z".repeat(600)}\r\n`);
    assert.deepEqual([trial.records.length, trial.recordsTotal], [triedRecordsMax, 205]);
    assert.deepEqual([trial.rejected.length, trial.rejectedTotal], [rejectedMax, 54]);
    assert.equal(trial.rejected[0]?.text, ".\u00e9?");
    assert.equal(trial.rejected.at(-1)?.text.length, 256);
  });

  it("reads the worked example as its page says", () => {
    const page = readFileSync(new URL("../../../drivers/smdr/CUSTOM-LAYOUT.md", import.meta.url),
      "utf8");
    const [, text = ""] = /```text\n(.*?)```/s.exec(page) ?? [];
    const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const trial = tried(parse(yaml), text);
    assert.deepEqual(trial.rejected, []);
    assert.deepEqual(trial.records.map(({ call }) => [call?.direction, call?.device, call?.trunk,
      call?.callingNumber ?? call?.calledNumber, call?.durationMs, call?.accountCode,
      call?.answered]), [
      ["incoming", "101", "T02", "0142685300", 83_000, undefined, true],
      ["outgoing", "102", "T01", "0611223344", 600_000, "4711", true],
      ["outgoing", "101", undefined, "102", 41_000, undefined, true],
      ["incoming", "103", "T02", "0142685300", 0, undefined, false]]);
    assert.deepEqual(tried(parse(yaml), text.replace("0142685300", "anonymous ")).rejected
      .map(({ reason }) => inLanguage(reason, "en")),
    ["number, columns 49 to 68: found \"anonymous\""]);
  });

  it("reads the page's ticket of several lines, one behind the other", () => {
    const page = readFileSync(new URL("../../../drivers/smdr/CUSTOM-LAYOUT.md", import.meta.url),
      "utf8").split("## Tickets of several lines")[1] ?? "";
    const [, text = ""] = /```text\n(.*?)```/s.exec(page) ?? [];
    const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const trial = tried(parse(yaml), `${text}\n\n${text.replace("A101", "A102")}`);
    assert.deepEqual(trial.rejected, []);
    assert.deepEqual(trial.records.map(({ call }) => [call?.direction, call?.device,
      call?.calledNumber, call?.durationMs, call?.cost]),
    ["A101", "A102"].map((device) => ["outgoing", device, "0142685300", 70_000, "0.42"]));
  });

  it("refuses wrong options with the path of each", () => {
    const trial = driver.tryOptions?.({ format: "custom", layout: { ...layout, clock: "noon" } },
      Buffer.from(line), atMs);
    assert.deepEqual(trial?.ok === false && trial.fault.fields?.map(({ path }) => path),
      ["layout.clock"]);
  });

  it("says in French too what is wrong with a layout, and with a line", () => {
    const { dateOrder: _none, ...undated } = layout;
    const trial = driver.tryOptions?.({ format: "custom", layout: { ...layout, skip: [" "] } },
      Buffer.from(line), atMs);
    const again = driver.tryOptions?.({ format: "custom", layout: undated },
      Buffer.from(line), atMs);
    const told = [trial, again]
      .flatMap((each) => each?.ok === false ? each.fault.fields ?? [] : []);
    assert.deepEqual(told.map(({ french }) => french), ["ne doit pas être vide",
      "manque : une date est imprimée ; attendu dmy, mdy ou ymd"]);
    const [wrong] = tried({ format: "custom", layout }, line.replace(" I ", " X ")).rejected;
    assert.equal(inLanguage(wrong?.reason ?? "", "fr"), "way, colonnes 20 à 20 : trouvé « X »");
  });
});
