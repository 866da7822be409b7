import assert from "node:assert/strict";
import { SaxesParser } from "saxes";
import { manifest, ovf } from "./virtual-appliance.js";

const text = ovf({ version: "0.1.0", diskFile: "jackfield-0.1.0.vmdk", diskFileBytes: 130_000_000,
  capacityBytes: 2_147_483_648 });

describe("virtual appliance", () => {
  it("is well-formed, and each prefix is declared", () => {
    const failures: string[] = [];
    const parser = new SaxesParser({ xmlns: true });
    parser.on("error", ({ message }) => { failures.push(message); });
    parser.write(text).close();
    assert.deepEqual(failures, []);
  });

  it("boots by UEFI from its one disk, whose size is the virtual one", () => {
    assert.match(text, /vmw:key="firmware" vmw:value="efi"/);
    assert.match(text, /ovf:href="jackfield-0\.1\.0\.vmdk" ovf:id="file1" ovf:size="130000000"/);
    assert.match(text, /ovf:capacity="2147483648" ovf:diskId="disk1" ovf:fileRef="file1"/);
  });

  it("has the elements of each item in the order of the schema", () => {
    for (const [, body = ""] of text.matchAll(/<Item>([^]*?)<\/Item>/g)) {
      const names = [...body.matchAll(/<rasd:(\w+)>/g)].map(([, name = ""]) => name);
      assert.deepEqual(names, [...names].sort());
    }
  });

  it("has a manifest", () => {
    assert.equal(manifest([["a.ovf", "00ff"]]), "SHA256(a.ovf)= 00ff\n");
  });
});
