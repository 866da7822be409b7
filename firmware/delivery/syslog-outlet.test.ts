import assert from "node:assert/strict";
import { linkId } from "../model/identifiers.js";
import { syslogMessages } from "./syslog-outlet.js";

describe("syslog messages", () => {
  const piece = (text: string, id = "printer/12.34+7") =>
    ({ id, atMs: Date.parse("2026-11-23T08:00:00.500Z"), bytes: Buffer.from(text, "latin1") });
  const texts = (...pieces: readonly ReturnType<typeof piece>[]): readonly string[] =>
    syslogMessages({ link: linkId("printer"), pieces, head: new Uint8Array(0),
      againUntilMs: undefined }, "lyon-1")
      .map((bytes) => Buffer.from(bytes).toString("latin1"));

  // RFC 5424 §6: PRI VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG.
  it("have the fields of RFC 5424, and the line without its end", () => {
    assert.deepEqual(texts(piece("a call\r\n")), [
      "<134>1 2026-11-23T08:00:00.500Z lyon-1 jackfield printer 12.34+7 - a call"]);
  });

  it("are none for empty lines, and keep octets that are no UTF-8", () => {
    assert.deepEqual(texts(piece("\r\n"), piece("\n"), piece("caf\u00e9\r")).map((text) =>
      text.slice(-4)), ["caf\u00e9"]);
  });

  it("hold no more than 32 characters of a place", () => {
    const [text = ""] = texts(piece("x", `printer/${"9".repeat(40)}`));
    assert.equal(text.split(" ")[5], "9".repeat(32));
  });
});
