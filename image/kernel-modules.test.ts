import assert from "node:assert/strict";
import { linesOf, loadOrder, parseDependencies, selection } from "./kernel-modules.js";

const dependencies = parseDependencies(`
kernel/drivers/block/virtio_blk.ko: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/ring.ko
kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/ring.ko
kernel/drivers/virtio/ring.ko:
kernel/drivers/md/dm-verity.ko: kernel/drivers/md/dm-mod.ko
kernel/drivers/md/dm-mod.ko:
`);

describe("kernel modules", () => {
  it("are loaded after what they need, each once", () => {
    assert.deepEqual(loadOrder(["virtio_blk", "virtio", "dm_verity"], dependencies, ""), [
      "kernel/drivers/virtio/ring.ko", "kernel/drivers/virtio/virtio.ko",
      "kernel/drivers/block/virtio_blk.ko", "kernel/drivers/md/dm-mod.ko",
      "kernel/drivers/md/dm-verity.ko"]);
  });

  it("that are built in need no file; one that is nowhere fails the build", () => {
    assert.deepEqual(loadOrder(["squashfs"], dependencies, "kernel/fs/squashfs/squashfs.ko\n"), []);
    assert.throws(() => loadOrder(["squashfs"], dependencies, ""), /no module squashfs/);
  });

  it("are chosen by folder or file, with what they need from elsewhere", () => {
    assert.deepEqual(selection(["drivers/block", "drivers/md/dm-mod.ko"], dependencies), [
      "kernel/drivers/block/virtio_blk.ko", "kernel/drivers/md/dm-mod.ko",
      "kernel/drivers/virtio/ring.ko", "kernel/drivers/virtio/virtio.ko"]);
    assert.throws(() => selection(["drivers/vir"], dependencies), /no module in drivers\/vir/);
  });

  it("stand in lists with comments", () => {
    assert.deepEqual(linesOf("# why\n\na\n  b\n"), ["a", "b"]);
  });
});
