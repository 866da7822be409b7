/** Nurse calls on one serial line become pages on another, also of a gateway that is killed. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { createEspaPeer, type EspaPeer } from "../../drivers/espa/peer.js";
import { createTapPeer, type TapPeer } from "../../drivers/tap/peer.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { PageDeliveryState, PagePriority, PagingService, type Page }
  from "../../proto/gen/cti/gateway/v1/paging_pb.js";
import { GatewayProcess, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { value } from "./server-rig.js";

const world = nodeWorld(() => undefined, "error");

describe("paging on real lines", function () {
  this.timeout(120_000);
  let folder: string;
  let configFile: string;
  let ward: PtyPair;
  let air: PtyPair;
  let panel: EspaPeer;
  let terminal: TapPeer;
  let gateway: GatewayProcess;
  let admin: GatewayProcess["admin"];
  let user: SignedIn;

  const start = async (): Promise<void> => {
    gateway = new GatewayProcess(["--data", folder, "--config", configFile]);
    await gateway.running();
  };

  before(async () => {
    folder = await temporaryFolder("paging");
    ward = value(await openPtyPair(world));
    air = value(await openPtyPair(world));
    panel = createEspaPeer({ role: "panel", pollMs: 500, world,
      send: (bytes) => { ward.write(bytes); } });
    ward.onData((bytes) => { panel.receive(bytes); });
    terminal = createTapPeer({ world, send: (bytes) => { air.write(bytes); } });
    air.onData((bytes) => { terminal.receive(bytes); });
    configFile = path.join(folder, "config.yaml");
    await writeFile(configFile, `version: 1
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: ward
    driver: espa
    transport: { kind: serial, path: ${ward.devicePath} }
    options: { role: station, codePage: german }
  - id: air
    driver: tap
    transport: { kind: serial, path: ${air.devicePath} }
paging:
  routes: [{ from: ward, match: "55?", to: { link: air, pager: "5551212" } }]
`);
    await start();
    admin = gateway.admin;
    user = await gateway.signIn(folder, admin);
  });

  after(async () => {
    await gateway.stop("SIGKILL");
    panel.stop();
    terminal.stop();
    await Promise.all([ward.close(), air.close()]);
    await removeFolder(folder);
  });

  it("makes of a nurse call a page, and an event for whoever watches", async () => {
    const seen: Page[] = [];
    const watching = (async (): Promise<void> => {
      for await (const { page } of user.client.stream(PagingService.method.watchPages,
        { afterNumber: 0n })) {
        if (page !== undefined) seen.push(page);
        if (page?.deliveries[0]?.state === PageDeliveryState.DELIVERED) return;
      }
    })();
    panel.page({ pager: "550", text: "Zimmer S}d" });
    await watching;
    assert.deepEqual(terminal.pages, ["5551212 Zimmer Sud"]);
    const [first] = seen;
    assert.deepEqual([first?.fromLink, first?.pager, first?.text, first?.priority],
      ["ward", "550", "Zimmer Süd", PagePriority.ALARM]);
    assert.deepEqual(panel.outcomes, ["acknowledged"]);
  });

  it("sends a person's page, and says that it was delivered", async () => {
    const { page } = await user.client.unary(PagingService.method.sendPage,
      { link: "air", pager: "77", text: "STAFF", wait: { seconds: 20n } });
    assert.equal(page?.deliveries[0]?.state, PageDeliveryState.DELIVERED);
    assert.ok(terminal.pages.includes("77 STAFF"));
  });

  it("loses no page that it has acknowledged, though it is killed at once, again and again",
    async () => {
      const rooms = [1, 2, 3].map((number) => `ROOM ${number}`);
      for (const text of rooms) {
        terminal.faults.silent = true;
        const before = panel.outcomes.length;
        panel.page({ pager: "551", text });
        await until("the panel has its answer", () => panel.outcomes.length > before);
        assert.equal(panel.outcomes.at(-1), "acknowledged");
        await gateway.stop("SIGKILL");
        terminal.restart();
        terminal.faults.silent = false;
        await start();
      }
      await until("every page is out", () =>
        rooms.every((text) => terminal.pages.includes(`5551212 ${text}`)), 60_000);
      user = await gateway.signIn(folder, admin);
      await until("every page is told to be out", async () => {
        const { pages } = await user.client.unary(PagingService.method.listPages, {});
        return pages.every(({ deliveries }) =>
          deliveries.every(({ state }) => state === PageDeliveryState.DELIVERED));
      });
    });
});
