/**
 * What the CSTA XML encoder writes, by schemas that were written from descriptions of the
 * standards and know nothing of its tables, judged by libxml2.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { CstaMessage } from "../../firmware/wire/csta/message.js";
import { cstaXmlCodec } from "../../firmware/wire/csta/xml-codec.js";
import { xmlEvents } from "../../firmware/wire/csta/xml-events.js";
import { xmlServices } from "../../firmware/wire/csta/xml-services.js";
import { messages, sessions } from "../csta-messages.js";
import { need } from "../requirement.js";

const schema = "hw-tests/interop/csta/messages.xsd";
const headerBytes = 8;
/** Enough for some dozen of each of 160 kinds. */
const count = 4_000;

/** What xmllint says against the messages; undefined: nothing. */
function judge(texts: readonly string[]): string | undefined {
  const document = `<messages>\n${texts.join("\n")}\n</messages>\n`;
  const { status, stderr } = spawnSync("xmllint", ["--noout", "--huge", "--schema", schema, "-"],
    { input: document, encoding: "utf8", maxBuffer: 1 << 24 });
  return status === 0 ? undefined : stderr.split("\n").slice(0, 10).join("\n");
}

function encoded(message: CstaMessage, personality: { readonly personality?: "avaya" }): string {
  const frame = cstaXmlCodec(personality).encode(message);
  assert.ok(frame, JSON.stringify(message));
  return Buffer.from(frame.subarray(headerBytes)).toString("utf8");
}

describe("CSTA XML by schema (xmllint)", function () {
  this.timeout(60_000);

  before(function () {
    need(this, "xmllint", spawnSync("xmllint", ["--version"]).error === undefined
      ? undefined : "apt-get install libxml2-utils");
  });

  it("refuses a wrong order, a missing element and a name that is not there", () => {
    const wrap = (content: string): string => "<HeldEvent xmlns="
      + `"http://www.ecma-international.org/standards/ecma-323/csta/ed4">${content}</HeldEvent>`;
    const [reference, held, device] = ["<monitorCrossRefID>1</monitorCrossRefID>",
      "<heldConnection/>", "<holdingDevice><notKnown/></holdingDevice>"];
    assert.equal(judge([wrap(reference + held + device)]), undefined);
    for (const content of [held + reference + device, reference + held,
      `${reference}${held}${device}<cause>because</cause>`,
      reference + held + device + "<other/>"]) {
      assert.match(judge([wrap(content)]) ?? "", /not expected|Missing child|not an element/);
    }
  });

  it("accepts every printed message of edition 4, of ECMA-354 and of Avaya", () => {
    const printed = readFileSync("firmware/wire/csta/xml-vectors.txt", "utf8").split("\n")
      .filter((line) => line.startsWith("<") && !line.includes("/ed3/priv5\"><monitorObject"));
    assert.ok(printed.length > 70);
    assert.equal(judge(printed), undefined);
  });

  for (const personality of [undefined, "avaya"] as const) {
    const options = personality === undefined ? {} : { personality };
    it(`accepts all services, results, events and errors${personality === undefined ? ""
      : ", for Avaya"}`, () => {
      const all = fc.sample(messages, { numRuns: count, seed: 323 });
      const names = new Set(all.map((message) => message.kind === "invoke"
        ? message.service : message.kind === "event" ? message.event.type : message.kind));
      assert.deepEqual([...xmlServices.keys(), ...xmlEvents.keys()].filter((name) =>
        !names.has(name as never)), []);
      assert.equal(judge(all.map((message) => encoded(message, options))), undefined);
    });

    it(`accepts sessions${personality === undefined ? "" : ", for Avaya"}`, () => {
      assert.equal(judge(fc.sample(sessions, { numRuns: 300, seed: 354 })
        .map((message) => encoded(message, options))), undefined);
    });
  }
});
