import assert from "node:assert/strict";
import { billOfMaterials, debianParts, npmParts } from "./bill-of-materials.js";

describe("bill of materials", () => {
  it("has Debian's packages, as dpkg-deb prints their fields", () => {
    assert.deepEqual(debianParts("Package: libc6\nVersion: 2.36-9+deb12u14\n"
      + "Architecture: amd64\nHomepage: https://www.gnu.org/\n\n\nPackage: tzdata\n"
      + "Version: 1:2024a\nArchitecture: all\n"), [
      { name: "libc6", version: "2.36-9+deb12u14",
        purl: "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=bookworm" },
      { name: "tzdata", version: "1:2024a",
        purl: "pkg:deb/debian/tzdata@1%3A2024a?arch=all&distro=bookworm" }]);
  });

  it("has the program's npm packages, not those of its development or of other machines", () => {
    assert.deepEqual(npmParts({ packages: { "": { version: "0.1.0" },
      "node_modules/level": { version: "10.0.0" },
      "node_modules/mocha": { version: "12", dev: true },
      "node_modules/@node-usb/usb-darwin-x64": { version: "3.1.0", optional: true },
      "node_modules/@koromix/koffi-openbsd-x64": { version: "3.3.4", optional: true },
      "node_modules/@koromix/koffi-linux-riscv64": { version: "3.3.4", optional: true },
      "node_modules/@koromix/koffi-linux-x64": { version: "3.3.4", optional: true },
      "node_modules/a/node_modules/@b/c": { version: "1.0.0" } } }).map(({ purl }) => purl),
    ["pkg:npm/level@10.0.0", "pkg:npm/%40koromix/koffi-linux-x64@3.3.4", "pkg:npm/%40b/c@1.0.0"]);
  });

  it("names each once, in order, with what it belongs to", () => {
    const part = (name: string) => ({ name, version: "1", purl: `pkg:npm/${name}@1` });
    const bill = JSON.parse(JSON.stringify(billOfMaterials("0.1.0", "2026-11-30T00:00:00Z",
      [part("b"), part("a"), part("b")]))) as { specVersion: string;
      metadata: { component: { version: string } }; components: { name: string }[] };
    assert.equal(bill.specVersion, "1.5");
    assert.equal(bill.metadata.component.version, "0.1.0");
    assert.deepEqual(bill.components.map(({ name }) => name), ["a", "b"]);
  });
});
