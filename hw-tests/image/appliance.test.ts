/** The built image in a virtual machine with UEFI firmware: from power on to a call record. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:https";
import { connect, type Socket } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { createSmdrPeer } from "../../drivers/smdr/peer.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ConfigurationService, ApplyMode }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { SystemService, UpdateStage } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import type { TestClient } from "../loopback/server-rig.js";
import { startAsterisk, whyNoAsterisk } from "../interop/asterisk.js";
import { phoneAddress, phoneOffsets } from "../interop/asterisk-files.js";
import { startPhone, type Phone } from "../interop/phone.js";
import { need } from "../requirement.js";
import { refusal, smallBundle } from "./bundles.js";
import { guestLinkPort, imageFolder, Machine, peripherals, run, smdrConfig, whyNoMachine }
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

/** Of QEMU's network: the host, seen from the guest. */
function asteriskLink(port: number, user: string): string {
  return `  - id: asterisk
    driver: asterisk-ami
    transport: { kind: tcp, host: 10.0.2.2, port: ${port} }
    options: { user: ${user}, secret: "store:ami" }
`;
}

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
      tpm: `${folder}/tpm`, more: peripherals(folder) });
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
    const { secureBoot, slot, stage } = await client.unary(
      SystemService.method.getUpdateStatus, {});
    assert.deepEqual([secureBoot, slot, stage], [true, "a", UpdateStage.IDLE]);
  });

  it("seals its data to the TPM, with a recovery key, and raises the rollback floor", async () => {
    assert.match(machine.console, /Recovery key: +([0-9a-f]{5}-){7}[0-9a-f]{5}/);
    await until("the floor was raised", () => /: floor 1\r?\n/.test(machine.console),
      answerMsMax);
  });

  it("starts every service, and has no prompt", () => {
    const failed = machine.console.split("\n")
      .filter((line) => /Failed to start|FAILED/.test(line));
    assert.deepEqual(failed, []);
    assert.doesNotMatch(machine.console, /login:|emergency|[#$] $/);
  });

  it("has the board's watchdog armed", () => {
    assert.match(machine.console, /Using hardware watchdog 'i6300ESB timer'/);
    assert.match(machine.console, /Watchdog running with a hardware timeout of 30s/);
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

  it("tells damage and modem lines of both, from within its sandbox", async () => {
    for (const link of ["pbx", "pbx-usb"]) {
      await until(`the lines of ${link}`, async () => {
        const { links } = await client.unary(LinksService.method.listLinks, {});
        const line = links.find(({ id }) => id === link)?.line;
        return isDeepStrictEqual([line?.errorsCounted, line?.signalsKnown, line?.cts, line?.dsr,
          line?.dcd, line?.ri], [true, true, true, true, true, false]);
      }, answerMsMax);
    }
  });

  it("loads DAHDI's modules, which are signed with our key", () => {
    assert.match(machine.console, /Inserted module 'dahdi_dynamic_loc'/);
    assert.doesNotMatch(machine.console, /unavailable key|Key was rejected/);
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

  it("has a real Asterisk on the host as a link, and records its call", async function () {
    need(this, "asterisk", whyNoAsterisk());
    const asterisk = await startAsterisk(22);
    const phones: Phone[] = [];
    try {
      for (const name of [1001, 1002] as const) {
        const sipPort = asterisk.sipPort + phoneOffsets[name];
        phones.push(await startPhone({ name: String(name), address: phoneAddress(name), sipPort,
          answer: "auto", pbxPort: asterisk.sipPort, controlPort: sipPort + 100 }));
      }
      await client.unary(ConfigurationService.method.setSecret,
        { name: "ami", value: asterisk.secret });
      await client.unary(ConfigurationService.method.applyConfiguration,
        { document: config + asteriskLink(asterisk.amiPort, asterisk.user),
          mode: ApplyMode.APPLY });
      await until("Asterisk is up", async () => {
        const { links } = await client.unary(LinksService.method.listLinks, {});
        return links.some(({ id, state, peerProduct, peerVersion }) => id === "asterisk"
          && state === LinkState.UP && peerProduct === "Asterisk" && peerVersion.startsWith("22."));
      }, answerMsMax);
      await phones[0]?.dial("1002");
      await phones[0]?.event("CALL_ESTABLISHED", answerMsMax);
      await until("the call is seen", async () => {
        const { calls } = await client.unary(CallsService.method.snapshotCalls,
          { link: "asterisk" });
        return calls.some(({ connections }) => connections.length === 2);
      }, answerMsMax);
      await phones[0]?.hangUp();
      await until("the call is recorded", async () => {
        const { records } = await client.unary(RecordsService.method.listRecords,
          { query: { link: "asterisk" }, pageSize: 10 });
        return records.some(({ answeredBy }) => answeredBy === "1002");
      }, answerMsMax);
    } finally {
      for (const phone of phones) await phone.close();
      await asterisk.stop();
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

  it("refuses another key, a changed byte, an older version, another product", async () => {
    const at = folder ?? "";
    const keys = `${at}/foreign`;
    await run("image/keys.sh", keys);
    const refused = (bundle: Buffer, downgrade = false) => refusal(client, bundle, downgrade);
    assert.match(await refused(await smallBundle(at, "wrong-key", "9.0.0", { keys })),
      /signature|certificate|verif/i);
    const changed = await smallBundle(at, "changed", "9.0.0");
    const place = changed.indexOf("jackfield-amd64", changed.length - 8_192);
    assert.ok(place > 0, "the manifest stands in the signature");
    changed[place] = 0x4a;
    assert.match(await refused(changed), /signature|verif|digest/i);
    assert.match(await refused(await smallBundle(at, "older", "0.0.1")), /0\.0\.1 is not newer/);
    assert.match(await refused(await smallBundle(at, "other", "9.0.0",
      { compatible: "toaster" })), /for toaster/);
    assert.match(await refused(await smallBundle(at, "behind", "0.0.1", { index: 0 }), true),
      /rollback index 0; this unit goes back to none below 1/);
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
