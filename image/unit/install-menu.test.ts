import assert from "node:assert/strict";
import { bytesMin, InstallMenu, menuText, targets, type Disk } from "./install-menu.js";

const disk: Disk = { name: "nvme0n1", model: "ACME", bytes: 16e9, removable: false,
  isStick: false };

describe("installer stick", () => {
  it("offers disks that are large enough, never itself or what can be pulled out", () => {
    assert.deepEqual(targets([{ ...disk, name: "sdb", bytes: 4e12 }, disk,
      { ...disk, name: "sdc", isStick: true }, { ...disk, name: "sdd", removable: true },
      { ...disk, name: "sde", bytes: bytesMin - 1 }]).map(({ name }) => name), ["nvme0n1", "sdb"]);
    assert.match(menuText([disk]), /1 {2}nvme0n1 {2}ACME {2}16\.0 GB/);
    assert.match(menuText([]), /No disk/);
  });

  it("erases nothing without a number and a yes", () => {
    for (const lines of [["yes"], ["1", ""], ["1", "no", "yes"], ["2", "yes"], ["1", "1"],
      ["", "yes"]]) {
      const menu = new InstallMenu([disk]);
      for (const line of lines) assert.equal(menu.take(line).install, undefined, lines.join());
    }
    for (const yes of ["yes", "OUI "]) {
      const menu = new InstallMenu([disk]);
      menu.take("1");
      assert.equal(menu.take(yes).install, disk);
    }
  });
});
