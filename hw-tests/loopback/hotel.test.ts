/**
 * A whole gateway between a front desk on TCP, a hotel PBX on a serial line and a printer of call
 * records: what is said at one end arrives at the other, over a kill -9 in the middle.
 */

import "reflect-metadata";
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { simulateFrontDesk, simulateHotelPbx, type FrontDeskSimulation, type HotelPbxSimulation }
  from "../../drivers/hotel-simulation.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { HotelService } from "../../proto/gen/cti/gateway/v1/hotel_pb.js";
import { LinkState, LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { need } from "../requirement.js";
import { GatewayProcess, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { value } from "./server-rig.js";

const world = nodeWorld(() => undefined, "error");

/** An outgoing call of room 205 with its cost, as a Panasonic prints it. */
function printedCall(number: number): string {
  return `22/11/26 05:20PM 205   03 03012340${String(number).padStart(2, "0")}           `
    + "00:10'00 0001.20EUR            TR \r\n";
}

describe("a hotel between front desk, PBX and printer", function () {
  this.timeout(120_000);
  let folder: string;
  let desk: FrontDeskSimulation;
  let pbx: HotelPbxSimulation;
  let printer: Server;
  let paper: Socket | undefined;
  let gateway: GatewayProcess;
  let user: SignedIn;
  let admin: GatewayProcess["admin"];
  let configFile: string;

  const start = async (): Promise<void> => {
    gateway = new GatewayProcess(["--config", configFile, "--data", path.join(folder, "data")]);
    await gateway.running();
    admin ??= gateway.admin;
    user = await gateway.signIn(path.join(folder, "data"), admin);
    await until("all links are up", async () => {
      const { links } = await user.client.unary(LinksService.method.listLinks, {});
      return links.length === 3 && links.every(({ state }) => state === LinkState.UP);
    });
  };

  before(async function () {
    folder = await temporaryFolder("hotel");
    desk = value(await simulateFrontDesk({ world, seed: 1,
      line: { address: "127.0.0.1", port: 0 } }));
    const simulated = await simulateHotelPbx({ world, seed: 1,
      line: { file: path.join(folder, "pbx") } });
    need(this, "pty", simulated.ok ? undefined : simulated.fault.message);
    pbx = value(simulated);
    printer = createServer((socket) => {
      paper = socket;
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => { printer.listen(0, "127.0.0.1", resolve); });
    configFile = path.join(folder, "hotel.yaml");
    await writeFile(configFile, `version: 1
unit: { name: hotel, language: en, timeZone: Europe/Paris }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: pms
    driver: fias
    transport: { kind: tcp, host: 127.0.0.1, port: ${/:(\d+)$/.exec(desk.description)?.[1]} }
  - id: pbx
    driver: mitel-pms
    transport: { kind: serial, path: ${path.join(folder, "pbx")} }
  - id: printer
    driver: smdr
    transport: { kind: tcp, host: 127.0.0.1, port: ${(printer.address() as AddressInfo).port} }
    options: { format: panasonic-kx }
    numbers: { country: FR }
hotel: { frontDesk: pms, telephones: [pbx] }
`);
    await start();
  });

  after(async () => {
    await gateway.stop();
    await desk.stop();
    await pbx.stop();
    paper?.destroy();
    printer.close();
    await removeFolder(folder);
  });

  it("a check-in reaches the PBX, a maid's code the front desk, a call the bill", async () => {
    await until("the front desk is up", () => desk.peer.up);
    await desk.peer.checkIn("205", { reservation: "4711", name: "Muster", firstName: "Erika" });
    await until("the PBX knows the guest", () => pbx.peer.rooms.get("205")?.checkedIn === true
      && pbx.peer.rooms.get("205")?.name === "Muster Erika");
    assert.ok(await pbx.peer.status("205", "2"));
    await until("the front desk knows the room is clean", () => desk.peer.received.some(
      ({ id, fields }) => id === "RE" && fields.get("RN") === "205" && fields.get("RS") === "4"));
    paper?.write(printedCall(1));
    await until("the call is posted", () => desk.peer.postings.size === 1);
    const [posting] = desk.peer.postings.values();
    assert.deepEqual(["RN", "PT", "TA", "DU", "DD"].map((name) => posting?.fields.get(name)),
      ["205", "C", "120", "001000", "0301234001"]);
    const { rooms } = await user.client.unary(HotelService.method.listRooms, {});
    assert.deepEqual(rooms.map(({ room, name, behind }) => [room, name, behind.length]),
      [["205", "Muster", 0]]);
  });

  it("kill -9 with a posting under way and a guest not told yet loses nothing", async () => {
    desk.peer.answersLost = 1;
    paper?.write(printedCall(2) + printedCall(3));
    await until("the second posting is under way", () => desk.peer.postings.size === 2);
    pbx.peer.deaf = true;
    await desk.peer.checkIn("206", { reservation: "4712", name: "Roux" });
    await until("the guest is kept", async () => {
      const { rooms } = await user.client.unary(HotelService.method.listRooms, {});
      return rooms.some(({ room, name }) => room === "206" && name === "Roux");
    });
    await gateway.stop("SIGKILL");
    pbx.peer.deaf = false;
    await start();
    await until("the PBX knows the guest", () => pbx.peer.rooms.get("206")?.name === "Roux");
    await until("the third call is posted", () => desk.peer.postings.size === 3);
    assert.deepEqual([...desk.peer.postings].map(([number, { fields }]) =>
      [number, fields.get("DD")]), [["1", "0301234001"], ["2", "0301234002"],
      ["3", "0301234003"]]);
    assert.equal(desk.peer.repeatedPostings, 1);
  });

  it("after it, a resync by hand tells the PBX all rooms once more", async () => {
    pbx.peer.restart();
    await user.client.unary(HotelService.method.resyncHotel, { link: "pbx" });
    await until("the PBX knows all guests", () => ["205", "206"].every((room) =>
      pbx.peer.rooms.get(room)?.checkedIn === true));
  });
});
