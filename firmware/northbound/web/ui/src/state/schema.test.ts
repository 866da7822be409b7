import assert from "node:assert/strict";
import { breach, choicesOf, kindOf, member, members, newItem, pathText, resolved, type Schema,
  typed, wordsOf } from "./schema.js";

const port = { type: "integer", minimum: 1, maximum: 65_535 };
const kind = (value: string): Schema => ({ type: "string", const: value, title: "Kind" });
const link: Schema = {
  type: "object", required: ["id", "driver"],
  properties: {
    id: { type: "string", pattern: "^[a-z0-9-]+$" },
    driver: { type: "string", enum: ["ami", "smdr"] },
    options: { type: "object", title: "Options", fr: { title: "Options du pilote" } },
    transport: { title: "Connection", oneOf: [
      { type: "object", title: "TCP", properties: { kind: kind("tcp"), port },
        required: ["kind", "port"] },
      { type: "object", title: "Serial port", fr: { title: "Port série" },
        properties: { kind: kind("serial"), path: { type: "string" } },
        required: ["kind", "path"] }] },
  },
  allOf: [["ami", ["tcp"], "user"], ["smdr", ["tcp", "serial"], "format"]].map(
    ([name, kinds, option]) => ({
      if: { properties: { driver: { const: name } } },
      then: { properties: {
        options: { title: `The ${String(name)}`, properties: { [String(option)]: {
          type: "string" } } },
        transport: { properties: { kind: { enum: kinds } } } } } })),
};

describe("form of a schema", () => {
  it("draws a link's options and connections from its driver", () => {
    const smdr = resolved(link, { driver: "smdr" });
    assert.deepEqual(members(member(smdr, "options")).map(([key]) => key), ["format"]);
    assert.deepEqual(choicesOf(member(smdr, "driver"), "en"), [
      { value: "ami", title: "The ami" }, { value: "smdr", title: "The smdr" }]);
    const serial = resolved(member(smdr, "transport"), { kind: "serial" });
    assert.deepEqual(members(serial).map(([key]) => key), ["kind", "path"]);
    assert.deepEqual(choicesOf(member(serial, "kind"), "fr"),
      [{ value: "tcp", title: "tcp" }, { value: "serial", title: "Port série" }]);
    const ami = resolved(member(resolved(link, { driver: "ami" }), "transport"), {});
    assert.deepEqual(choicesOf(member(ami, "kind"), "en"), [{ value: "tcp", title: "TCP" }]);
  });

  it("has a field for each kind of value", () => {
    assert.equal(kindOf(port), "number");
    assert.equal(kindOf({ type: "boolean" }), "yes-no");
    assert.equal(kindOf({ anyOf: [{ const: 5 }, { const: 6 }] }), "choice");
    assert.equal(kindOf({ type: "array", items: { type: "string" } }), "texts");
    assert.equal(kindOf({ type: "array", items: { type: "object" } }), "list");
    assert.equal(kindOf({ oneOf: [] }), "section");
    assert.equal(kindOf({ type: "string" }), "text");
  });

  it("says what is wrong with a value, and nothing of one that is not there", () => {
    assert.deepEqual(breach(port, 70_000), { must: "whole", min: 1, max: 65_535 });
    assert.deepEqual(breach(port, 1.5), { must: "whole", min: 1, max: 65_535 });
    assert.deepEqual(breach(port, "many"), { must: "whole", min: 1, max: 65_535 });
    assert.equal(breach(port, 65_535), undefined);
    assert.equal(breach(port, undefined), undefined);
    assert.deepEqual(breach(member(link, "id"), "Upper"), { must: "form" });
    assert.deepEqual(breach(member(link, "driver"), "other"), { must: "choice" });
    assert.deepEqual(breach({ type: "boolean" }, "yes"), { must: "choice" });
    assert.deepEqual(breach({ type: "array", items: { type: "string" } }, [1]), { must: "form" });
  });

  it("reads what was typed, keeping what is no number for the error", () => {
    assert.equal(typed(port, " 5038 "), 5038);
    assert.equal(typed({ type: "number" }, "0,5"), 0.5);
    assert.equal(typed(port, "five"), "five");
    assert.equal(typed(port, "  "), undefined);
    assert.deepEqual(typed({ type: "array", items: { type: "string" } }, "15\n\n 17 "),
      ["15", "17"]);
  });

  it("begins a new link with a free name, a driver and a connection that it has", () => {
    const list = { type: "array", items: link };
    assert.deepEqual(newItem(list, "links", [{ id: "link-2" }]),
      { id: "link-3", driver: "ami", transport: { kind: "tcp" } });
  });

  it("speaks the page's language and writes paths as the gateway does", () => {
    assert.equal(wordsOf(member(link, "options"), "options", "fr").title, "Options du pilote");
    assert.equal(wordsOf(member(link, "options"), "options", "en").title, "Options");
    assert.equal(wordsOf(port, "port", "fr").title, "port");
    assert.equal(pathText(["links", 0, "transport", "port"]), "links[0].transport.port");
  });
});
