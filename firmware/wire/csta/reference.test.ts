/** Octets as they stand in `ber-vectors.txt`: what each means, and that we write the same. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readBer } from "../ber.js";
import { acseVariants, contextNames, decodeAcse, encodeAcse } from "./acse.js";
import { cstaBerCodec } from "./ber-codec.js";
import type { CstaMessage } from "./message.js";
import { phase1 } from "./phase1-2.js";
import { phase3 } from "./phase3.js";
import { xmlFrame } from "./xml8.js";

const lines = readFileSync("firmware/wire/csta/ber-vectors.txt", "utf8").trim().split("\n");
const nobody = { services: new Set<never>(), events: new Set<never>() };

describe("CSTA in ASN.1, the octets of the reference", () => {
  for (let at = 0; at < lines.length; at += 2) {
    const [, readOnly, phase, title = "", octets = ""] =
      /^(\(read only\) )?(I+) (.*): ([0-9A-F ]+)$/.exec(lines[at] ?? "") ?? [];
    it(`phase ${phase}, ${title}`, () => {
      const bytes = Buffer.from(octets.replaceAll(" ", ""), "hex");
      const codec = cstaBerCodec({ phase: phase === "I" ? phase1 : phase3,
        framing: { name: "none" }, acse: acseVariants.plain });
      const message = JSON.parse(lines[at + 1] ?? "") as CstaMessage;
      assert.deepEqual([...codec.decoder().push(bytes)], [{ kind: "message", message }]);
      if (readOnly !== undefined) return;
      assert.equal(Buffer.from(codec.encode(message) ?? "none").toString("hex"),
        bytes.toString("hex"));
    });
  }

  it("names of application contexts", () => {
    for (const [name, octets] of [[contextNames.phase1, "06062b0c00813401"],
      [contextNames.phase2, "06052b0c00815a"], [contextNames.phase3, "06052b0c00821d"]] as const) {
      const aarq = encodeAcse({ kind: "associate", versions: ["3"] },
        { ...acseVariants.plain, contextName: name }, nobody, undefined);
      assert.ok(aarq !== undefined);
      assert.ok(Buffer.from(aarq).toString("hex").includes(octets), name);
      const element = readBer(aarq);
      assert.ok(typeof element !== "string");
      const asked = decodeAcse(element);
      assert.ok(typeof asked !== "string" && asked.asked !== undefined);
      // A server gives back the name that it was asked with.
      const answer = encodeAcse({ kind: "associated", version: "3" }, acseVariants.plain, nobody,
        asked.asked);
      assert.ok(Buffer.from(answer ?? "none").toString("hex").includes(octets), name);
    }
  });

  it("a frame of XML counts its own header", () => {
    const text = "<MakeCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/"
      + "ed4\"><callingDevice>100</callingDevice><calledDirectoryNumber>101"
      + "</calledDirectoryNumber></MakeCall>";
    assert.equal(text.length, 175);
    const frame = Buffer.from(xmlFrame(3, text) ?? "none");
    assert.equal(frame.subarray(0, 8).toString("hex"), "000000b730303033");
    assert.equal(frame.subarray(8).toString(), text);
  });
});
