/** The simulated office of `make run`: one PBX on a serial line, one on TCP, calls all day. */

import path from "node:path";
import { makeFolder } from "../firmware/base/folder.js";
import { attempt, ok, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import { simulateAmi, simulateSmdr } from "./simulation.js";

export interface Office {
  /** The gateway's configuration for it. */
  readonly configText: string;
  /** The secret to which it refers. */
  readonly environment: Readonly<Record<string, string>>;
  readonly descriptions: readonly string[];
  stop(): Promise<void>;
}

export interface OfficePlan {
  readonly seed?: number;
  readonly callsPerMinute?: number;
  /** Listeners of the gateway; default 127.0.0.1:8443 and :9443. */
  readonly webPort?: number;
  readonly grpcPort?: number;
  /** Port of the simulated Asterisk; 0: any free one. Default 15038, or any when it is taken. */
  readonly amiPort?: number;
}

const secretBytes = 18;
const amiPort = 15_038;
const openingMs = 6_000;

/** Both PBXs begin to make calls at once. The lines lie in `folder`. */
export async function startOffice(
  world: World, folder: string, plan: OfficePlan = {},
): Promise<Result<Office>> {
  const { seed = 1, callsPerMinute = 8 } = plan;
  const secret = Buffer.from(world.random.bytes(secretBytes)).toString("base64url");
  const made = await attempt("store-unavailable", `${folder} cannot be made`, () =>
    makeFolder(folder));
  if (!made.ok) return made;
  const asterisk = (port: number): ReturnType<typeof simulateAmi> =>
    simulateAmi({ world, seed, address: "127.0.0.1", port, user: "jackfield", secret });
  const first = await asterisk(plan.amiPort ?? amiPort);
  const taken = !first.ok && first.fault.code === "address-in-use";
  const ami = taken && plan.amiPort === undefined ? await asterisk(0) : first;
  if (!ami.ok) return ami;
  const line = path.join(folder, "smdr-line");
  const smdr = await simulateSmdr({ world, seed, format: "panasonic-kx", line: { file: line } });
  if (!smdr.ok) {
    await ami.value.stop();
    return smdr;
  }
  ami.value.traffic(callsPerMinute);
  smdr.value.traffic(callsPerMinute / 2);
  // Random calls may let a newcomer wait: these two come while he looks.
  const opening = world.clock.after(openingMs, "office.opening", () => {
    ami.value.call({ from: "0140561234", to: "1001", trunk: "trunk-a", name: "Claire Dubois",
      ringMs: 8_000, talkMs: 15_000 });
    smdr.value.call({ from: "0145678901", to: "101", trunk: "02", ringMs: 4_000,
      talkMs: 9_000 });
  });
  return ok({
    configText: configuration(line, ami.value.port, plan),
    environment: { JACKFIELD_OFFICE_SECRET: secret },
    descriptions: [ami.value.description, smdr.value.description],
    stop: async () => {
      opening.cancel();
      await ami.value.stop();
      await smdr.value.stop();
    },
  });
}

function configuration(line: string, amiPort: number, plan: OfficePlan): string {
  return `# The simulated office, written by \`make run\`; changes are replaced at each start.
version: 1
unit: { name: jackfield-office, timeZone: Europe/Paris }
grpc: { address: 127.0.0.1, port: ${plan.grpcPort ?? 9443} }
web: { address: 127.0.0.1, port: ${plan.webPort ?? 8443} }
links:
  - id: head-office
    title: Head office (simulated Asterisk)
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${amiPort} }
    options:
      user: jackfield
      secret: env:JACKFIELD_OFFICE_SECRET
      trunks: ["trunk-.*"]
      answerByNotify: true
    numbers: { country: FR, areaCode: "1", externalPrefix: "0" }
  - id: warehouse
    title: Warehouse (simulated Panasonic)
    driver: smdr
    transport: { kind: serial, path: ${JSON.stringify(line)}, baudRate: 9600 }
    options: { format: panasonic-kx }
    numbers: { country: FR, areaCode: "1" }
`;
}
