/** A real Asterisk with three phones and a trunk, a gateway on it, and a watching client. */

import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { startAsterisk, type Asterisk, type AsteriskVersion } from "./asterisk.js";
import { phoneAddress, phoneOffsets, type PhoneName } from "./asterisk-files.js";
import { startPhone, type Phone } from "./phone.js";
import { WatchedEvents } from "./watched-events.js";

export const trunkCaller = "0612345678";

export interface AsteriskOffice {
  readonly asterisk: Asterisk;
  readonly under: GatewayUnderTest;
  readonly watched: WatchedEvents;
  readonly link: string;
  phone(name: PhoneName): Phone;
  /** Waits until the gateway's link to the PBX is up. */
  linkUp(msMax?: number): Promise<void>;
  /** No call left, neither in the PBX nor in the gateway. */
  clean(): Promise<void>;
  stop(): Promise<void>;
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => { setTimeout(done, ms); });
}

function configOf(asterisk: Asterisk, tls: boolean): string {
  const transport = tls
    ? `{ kind: tls, host: 127.0.0.1, port: ${asterisk.amiTlsPort}, serverName: localhost,`
      + ` authority: ${asterisk.certificateFile} }`
    : `{ kind: tcp, host: 127.0.0.1, port: ${asterisk.amiPort} }`;
  return `links:
  - id: pbx
    driver: asterisk-ami
    transport: ${transport}
    options:
      user: ${asterisk.user}
      secret: env:AMI_SECRET
      queueInterface: "PJSIP/{device}"
    numbers: { country: FR, externalPrefix: "0" }
`;
}

export async function startAsteriskOffice(
  version: AsteriskVersion, tls: boolean,
): Promise<AsteriskOffice> {
  const asterisk = await startAsterisk(version);
  const phones = new Map<PhoneName, Phone>();
  for (const [key, offset] of Object.entries(phoneOffsets)) {
    const name = (key === "trunk" ? key : Number(key)) as PhoneName;
    phones.set(name, await startPhone({ name: key, address: phoneAddress(name), answer: "manual",
      sipPort: asterisk.sipPort + offset, pbxPort: asterisk.sipPort,
      controlPort: asterisk.sipPort + 100 + offset,
      ...(name === "trunk" ? { displayNumber: trunkCaller } : {}) }));
  }
  const under = await startGatewayUnderTest({ config: configOf(asterisk, tls),
    environment: { AMI_SECRET: asterisk.secret } });
  const linkUp = async (msMax = 20_000): Promise<void> => {
    const end = performance.now() + msMax;
    for (;;) {
      const { links } = await under.client.unary(LinksService.method.listLinks, {});
      if (links[0]?.state === LinkState.UP) return;
      if (performance.now() > end) {
        throw new Error(`the link is not up: ${links[0]?.reason ?? "no link"}`);
      }
      await pause(50);
    }
  };
  await linkUp();
  const watched = new WatchedEvents(under.client, "pbx");
  await watched.until("live", () => watched.others.includes("live"));
  return {
    asterisk, under, watched, link: "pbx", linkUp,
    phone(name) {
      const found = phones.get(name);
      if (found === undefined) throw new Error(`no phone ${name}`);
      return found;
    },
    async clean() {
      await asterisk.cli("channel request hangup all");
      const end = performance.now() + 5_000;
      for (;;) {
        const { calls } = await under.client.unary(CallsService.method.snapshotCalls, {});
        if (calls.length === 0) break;
        if (performance.now() > end) throw new Error(`calls are left: ${calls.length}`);
        await pause(50);
      }
      for (const phone of phones.values()) phone.forget();
    },
    async stop() {
      watched.stop();
      await under.stop();
      for (const phone of phones.values()) await phone.close();
      await asterisk.stop();
    },
  };
}
