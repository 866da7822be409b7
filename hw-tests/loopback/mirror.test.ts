/** A bundle from a real HTTPS server: ranges, the block index, an unknown authority. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { SimulatedAppliance } from "../../firmware/update/appliance-simulated.js";
import { blockBytes, writeBlockIndex } from "../../firmware/update/block-index.js";
import { httpsSource } from "../../firmware/update/https-source.js";
import { MirrorFetch } from "../../firmware/update/mirror.js";
import { startMirror, type Mirror } from "../image/mirror.js";
import { removeFolder, temporaryFolder } from "./gateway-process.js";

const headBytes = 96;
const bundleBytesMax = 10 << 20;
const blocks = Array.from({ length: 500 }, () => randomBytes(blockBytes));
const bundle = Buffer.concat([randomBytes(headBytes), ...blocks, randomBytes(3_000)]);

describe("a bundle from an HTTPS server", () => {
  const unit = new SimulatedAppliance();
  let folder: string;
  let mirror: Mirror;

  before(async () => {
    folder = await temporaryFolder("mirror");
    await writeFile(`${folder}/bundle`, bundle);
    await writeFile(`${folder}/bundle.blocks`, writeBlockIndex(bundle, headBytes));
    mirror = await startMirror(folder, `${folder}/bundle`);
  });

  after(async () => {
    mirror.close();
    await removeFolder(folder);
  });

  it("is fetched as far as the unit has not got it", async () => {
    unit.root = Buffer.concat(blocks.map((block, n) => n % 100 === 50 ? randomBytes(blockBytes)
      : block));
    const source = httpsSource(mirror.authorityPem);
    const fetched = await new MirrorFetch({ world: nodeWorld(() => undefined, "error"), source,
      appliance: unit, url: mirror.url.replace("10.0.2.2", "127.0.0.1"), bundleBytesMax }).run();
    source.close();
    assert.ok(fetched.ok && unit.content.equals(bundle));
    assert.equal(fetched.value.mirrorBytes, headBytes + 5 * blockBytes + 3_000);
    assert.equal(mirror.sentBytes(),
      fetched.value.mirrorBytes + writeBlockIndex(bundle, headBytes).length);
  });

  it("comes through a proxy, which only learns where to", async () => {
    const asked: string[] = [];
    const proxy = createServer().on("connect", (request, client: Socket) => {
      asked.push(request.url ?? "");
      const { hostname, port } = new URL(`http://${request.url}`);
      const far = connect(Number(port), hostname, () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        client.pipe(far).pipe(client);
      });
      for (const side of [client, far]) side.on("error", () => { far.destroy(); });
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    const url = mirror.url.replace("10.0.2.2", "127.0.0.1");
    const source = httpsSource(mirror.authorityPem,
      { HTTPS_PROXY: `http://127.0.0.1:${port}` });
    try {
      const answer = await source.read(url, 10, 20);
      assert.ok(answer.ok, answer.ok ? "" : answer.fault.message);
      const pieces: Buffer[] = [];
      for await (const piece of answer.value.body) pieces.push(Buffer.from(piece));
      assert.deepEqual(Buffer.concat(pieces), bundle.subarray(10, 20));
      assert.deepEqual(asked, [new URL(url).host]);
    } finally {
      source.close();
      proxy.close();
      proxy.closeAllConnections();
    }
  });

  it("is not taken from whom nobody knows", async () => {
    const source = httpsSource("");
    const answer = await source.read(mirror.url.replace("10.0.2.2", "127.0.0.1"), 0, undefined);
    source.close();
    assert.ok(!answer.ok && /self-signed/.test(answer.fault.message));
  });
});
