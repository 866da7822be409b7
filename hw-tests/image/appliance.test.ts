/** The built image in a virtual machine with UEFI firmware: from power on to a call record. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:https";
import { connect, type Socket } from "node:net";
import { createSmdrPeer } from "../../drivers/smdr/peer.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { ConfigurationService, ApplyMode }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import type { TestClient } from "../loopback/server-rig.js";
import { need } from "../requirement.js";
import { guestLinkPort, imageFolder, Machine, peripherals, smdrConfig, whyNoMachine }
  from "./machine.js";

function pageOf(port: number): Promise<{ readonly status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, rejectUnauthorized: false, agent: false }, (response) => {
      let text = "";
      response.on("data", (bytes: Buffer) => { text += bytes.toString(); });
      response.on("end", () => { resolve({ status: response.statusCode, text }); });
    }).on("error", reject);
  });
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

const answerMsMax = 180_000;

const config = `${smdrConfig}  - id: pbx-lan
    driver: smdr
    transport: { kind: tcp-listen, port: ${guestLinkPort} }
    options: { format: panasonic-kx }
  - id: pbx-usb
    driver: smdr
    transport: { kind: serial, path: /dev/ttyUSB0 }
    options: { format: panasonic-kx }
`;

/** What the agent answers to one request. */
async function asked(agent: Socket, request: string): Promise<string> {
  const answer = once(agent, "data");
  agent.write(`{"execute":"${request}"}\n`);
  const [bytes] = await answer as [Buffer];
  return bytes.toString();
}

describe("the image in a virtual machine", function () {
  this.timeout(2_400_000);
  let machine: Machine;
  let client: TestClient;
  let folder: string | undefined;

  before(async function () {
    need(this, "image", whyNoMachine());
    folder = await temporaryFolder("image");
    machine = await Machine.start({ folder, disk: `${imageFolder}/a/disk.raw`,
      more: peripherals(folder) });
  });

  after(async () => {
    if (folder === undefined) return;
    await machine.powerOff();
    await removeFolder(folder);
  });

  it("enrols its Secure Boot keys, boots slot A, and the gateway is ready", async () => {
    await machine.seen(/Enrolling secure boot keys/);
    await machine.seen(/jackfield: slot a\r?\n/);
    client = await machine.signIn(...await machine.firstAdmin());
    const { version } = await client.unary(SystemService.method.getVersion, {});
    assert.match(version, /^\d+\.\d+\.\d+$/);
  });

  it("starts every service, and has no prompt", () => {
    const failed = machine.console.split("\n")
      .filter((line) => /Failed to start|FAILED/.test(line));
    assert.deepEqual(failed, []);
    assert.doesNotMatch(machine.console, /login:|emergency|[#$] $/);
  });

  it("serves its page", async () => {
    const { status, text } = await pageOf(machine.ports.webPort);
    assert.equal(status, 200);
    assert.match(text, /<title>/);
  });

  it("makes call records of what a PBX prints on the second 16550", async () => {
    await client.unary(ConfigurationService.method.applyConfiguration,
      { document: config, mode: ApplyMode.APPLY });
    await until("the link is open", async () => {
      const { links } = await client.unary(LinksService.method.listLinks, {});
      return links.some(({ id, state }) => id === "pbx"
        && [LinkState.UP, LinkState.DEGRADED].includes(state));
    }, answerMsMax);
    print(await machine.cable(), "0155000001");
    await recorded("pbx", "0155000001");
  });

  it("makes call records of what a PBX prints on a USB adapter", async () => {
    // QEMU plugs the adapter in when somebody takes its other end.
    const cable = await machine.cable("adapter");
    await until("the link is open", async () => {
      const { links } = await client.unary(LinksService.method.listLinks, {});
      return links.some(({ id, state }) => id === "pbx-usb"
        && [LinkState.UP, LinkState.DEGRADED].includes(state));
    }, answerMsMax);
    print(cable, "0155000003");
    await recorded("pbx-usb", "0155000003");
  });

  it("lets no USB device in that a gateway has no use for", () => {
    assert.match(machine.console, /usb-refused\[\d+\]: INTERFACE=1\//);
    assert.doesNotMatch(machine.console, /usb-refused\[\d+\]: INTERFACE=(?!1\/)/);
  });

  it("answers its hypervisor's agent, and runs nothing for it", async () => {
    const agent = await machine.cable("agent");
    assert.match(await asked(agent, "guest-network-get-interfaces"), /"ip-address"/);
    for (const refused of ["guest-exec", "guest-file-open", "guest-set-user-password"]) {
      assert.match(await asked(agent, refused), /CommandNotFound|has been disabled/);
    }
  });

  it("lets a PBX in on the port that its link opens, and nobody on another", async () => {
    const shut = await dial(machine.ports.shutPort);
    const open = await dial(machine.ports.linkPort);
    try {
      print(open, "0155000002");
      await recorded("pbx-lan", "0155000002");
      // A port without a listener answers at once; one behind the firewall never does.
      assert.equal(shut.closed, false);
    } finally {
      shut.destroy();
      open.destroy();
    }
  });

  function print(to: Socket, number: string): void {
    createSmdrPeer({ format: "panasonic-kx", world: nodeWorld(() => undefined, "error"),
      live: false, send: (bytes) => { to.write(bytes); } })
      .print({ device: "101", trunk: "01", number, direction: "incoming",
        ringMs: 2_000, talkMs: 5_000 });
  }

  async function recorded(link: string, number: string): Promise<void> {
    await until(`${number} is recorded`, async () => {
      const { records } = await client.unary(RecordsService.method.listRecords,
        { query: { link }, pageSize: 10 });
      return records.some(({ calling }) => calling?.raw === number);
    }, answerMsMax);
  }
});
