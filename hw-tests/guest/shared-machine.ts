/** One machine with one gateway for all files of tests here: to start both takes a minute. */

import assert from "node:assert/strict";
import { need } from "../requirement.js";
import { gatewayPort } from "./agent.js";
import { GuestGateway } from "./guest-gateway.js";
import { Guest, whyNoGuest } from "./guest.js";

export interface Machine {
  readonly guest: Guest;
  readonly gateway: GuestGateway;
}

const startMsMax = 420_000;
let users = 0;
const config = `version: 1
unit: { language: en, timeZone: Europe/Paris }
grpc: { address: 0.0.0.0, port: ${gatewayPort} }
web: { address: 127.0.0.1, port: 0 }
links:`;
let allLinks = "";
let missing: Promise<string | undefined> | undefined;
let guest: Promise<Guest> | undefined;
let gateway: Promise<GuestGateway> | undefined;

/**
 * For the body of a `describe`: its links are in the configuration, and from its `before` on the
 * machine is there. The last one stops it.
 */
export function sharedMachine(links: string): () => Machine {
  users += 1;
  allLinks += links;
  let machine: Machine | undefined;
  before(async function () {
    this.timeout(startMsMax);
    missing ??= whyNoGuest();
    need(this, "guest", await missing);
    guest ??= Guest.start();
    gateway ??= guest.then((started) => GuestGateway.start(started,
      `${config}${allLinks === "" ? " []" : `\n${allLinks}`}`));
    machine = { guest: await guest, gateway: await gateway };
  });
  after(async () => {
    users -= 1;
    if (users > 0) return;
    await gateway?.then((started) => started.leave(), () => undefined);
    await guest?.then((started) => started.stop(), () => undefined);
  });
  return () => machine ?? assert.fail("the machine is not there");
}
