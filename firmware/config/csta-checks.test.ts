import assert from "node:assert/strict";
import { checkDocument } from "./check-document.js";

function check(csta: string): { readonly errors: readonly string[];
  readonly warnings: readonly string[] } {
  const checked = checkDocument(`version: 1
links: [{ id: pbx-1, driver: x, transport: { kind: tcp-listen, port: 33333 } }]
csta:
${csta}`, { drivers: [] });
  const told = (list: typeof checked.errors): readonly string[] =>
    list.map(({ path, message }) => `${path}: ${message}`).filter((text) => text.includes("csta"));
  return { errors: told(checked.errors), warnings: told(checked.warnings) };
}

describe("configuration check: CSTA servers", () => {
  it("accepts what is whole, and warns of what is risky", () => {
    assert.deepEqual(check("  - { id: crm, protocol: xml, port: 4722 }"),
      { errors: [], warnings: [] });
    const { errors, warnings } = check("  - { id: old, protocol: asn1-phase2, port: 2555, "
      + "tls: false, applications: [{ user: taxi, from: [192.0.2.0/24], devices: [1*] }] }");
    assert.deepEqual(errors, []);
    assert.deepEqual(warnings.map((text) => text.split(":")[0]),
      ["csta[0].tls", "csta[0].applications[0].from"]);
  });

  it("finds names twice, links that are not there, and ports in use", () => {
    const { errors } = check(`  - { id: crm, protocol: xml, port: 33333, links: [pbx-2] }
  - { id: crm, protocol: xml, port: 9443, applications: [{ user: ann }, { user: Ann }] }
  - { id: fax, protocol: csta, port: 1, applications: [{ user: a, from: [here] }] }`);
    assert.deepEqual(errors.map((text) => text.split(": ")[0]).sort(), [
      "csta[0].links[0]", "csta[1].applications[1].user", "csta[1].id", "csta[1].port",
      "csta[2].applications[0].from[0]", "csta[2].protocol", "links[0].transport.port"]);
  });

  it("gives routeing devices only to applications that cannot ask for them", () => {
    const on = (protocol: string): readonly string[] => check(`  - { id: taxi, port: 2555,
      protocol: ${protocol}, applications: [{ user: taxi, routeingDevices: ["900"] }] }`).errors;
    assert.deepEqual([on("asn1-phase1"), on("asn1-phase2")], [[], []]);
    for (const protocol of ["xml", "asn1-phase3"]) {
      assert.deepEqual(on(protocol), ["csta[0].applications[0].routeingDevices: is for phases I "
        + `and II; expected none, as applications of ${protocol} register themselves (Route `
        + "Register)"]);
    }
  });

  it("sends private data to no link that the server does not show", () => {
    const on = (rest: string): readonly string[] => check(`  - { id: taxi, port: 2555,
      protocol: xml, ${rest} }`).errors.map((text) => text.split(": ")[0] ?? "");
    assert.deepEqual(on("applications: [{ user: taxi, privateDataOf: pbx-1 }]"), []);
    assert.deepEqual(on("applications: [{ user: taxi, privateDataOf: pbx-9 }]"),
      ["csta[0].applications[0].privateDataOf"]);
  });
});
