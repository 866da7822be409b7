/** A real Asterisk with three phones and a trunk, a gateway on it, and a watching client. */

import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { startAsterisk, type Asterisk, type AsteriskVersion } from "./asterisk.js";
import { phoneAddress, phoneOffsets, type PhoneName } from "./asterisk-files.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { startPhone, type Phone } from "./phone.js";
import { marker, WatchedEvents } from "./watched-events.js";

export const trunkCaller = "0612345678";

export interface AsteriskOffice {
  readonly asterisk: Asterisk;
  readonly under: GatewayUnderTest;
  readonly watched: WatchedEvents;
  readonly link: string;
  phone(name: PhoneName): Phone;
  /** Waits until the gateway's link to the PBX is up. */
  linkUp(msMax?: number): Promise<void>;
  /** Waits until each has a channel in a bridge of so many channels or more. */
  inBridge(channels: number, ...names: readonly PhoneName[]): Promise<void>;
  /** Waits until each has somebody with it in a bridge of the PBX. */
  talking(...names: readonly PhoneName[]): Promise<void>;
  /** Waits until the client has seen all that the PBX has said so far. */
  settled(): Promise<void>;
  /** No call left, neither in the PBX nor in the gateway. */
  clean(): Promise<void>;
  stop(): Promise<void>;
}

/** `core show channels concise`: the name stands first, the bridge and the Uniqueid last. */
async function bridgesOf(asterisk: Asterisk): Promise<readonly (readonly [string, string])[]> {
  const text = await asterisk.cli("core show channels concise");
  return text.split("\n").filter((line) => line.includes("!")).map((line) => {
    const fields = line.trim().split("!");
    return [fields[0] ?? "", fields.at(-2) ?? ""];
  });
}

async function inBridge(
  asterisk: Asterisk, count: number, names: readonly PhoneName[],
): Promise<void> {
  const end = performance.now() + 5_000;
  for (;;) {
    const channels = await bridgesOf(asterisk);
    const size = (bridge: string): number => channels.filter((each) => each[1] === bridge).length;
    const isThere = (name: PhoneName): boolean => channels.some(([channel, bridge]) =>
      channel.startsWith(`PJSIP/${name}-`) && bridge !== "" && size(bridge) >= count);
    if (names.every(isThere)) return;
    if (performance.now() > end) {
      throw new Error(`${names.join(", ")}: not in a bridge of ${count}: ${
        JSON.stringify(channels)}`);
    }
    await pause(20);
  }
}

/**
 * Device states take the same way as all other events, from the PBX to the client: when the last
 * of these two has come, everything before it has.
 */
async function settle(asterisk: Asterisk, watched: WatchedEvents): Promise<void> {
  const seen = watched.events.length;
  await asterisk.cli(`devstate change Custom:DND${marker} INUSE`);
  await asterisk.cli(`devstate change Custom:DND${marker} NOT_INUSE`);
  await watched.until("the marker", () => watched.events.slice(seen).some(({ subject, on }) =>
    subject?.raw === marker && !on));
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => { setTimeout(done, ms); });
}

function configOf(asterisk: Asterisk, tls: boolean, port: number): string {
  const transport = tls
    ? `{ kind: tls, host: 127.0.0.1, port: ${port}, serverName: localhost,`
      + ` authority: ${asterisk.certificateFile} }`
    : `{ kind: tcp, host: 127.0.0.1, port: ${port} }`;
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

/**
 * `through` puts something between the gateway and the manager's port: answers its own port.
 * `moreConfig` are other sections of the gateway's configuration.
 */
export async function startAsteriskOffice(
  version: AsteriskVersion, tls: boolean,
  through: (port: number) => Promise<number> = (port) => Promise.resolve(port),
  moreConfig = "",
): Promise<AsteriskOffice> {
  const asterisk = await startAsterisk(version);
  const port = await through(tls ? asterisk.amiTlsPort : asterisk.amiPort);
  const phones = new Map<PhoneName, Phone>();
  for (const [key, offset] of Object.entries(phoneOffsets)) {
    const name = (key === "trunk" ? key : Number(key)) as PhoneName;
    phones.set(name, await startPhone({ name: key, address: phoneAddress(name), answer: "manual",
      sipPort: asterisk.sipPort + offset, pbxPort: asterisk.sipPort,
      controlPort: asterisk.sipPort + 100 + offset,
      ...(name === "trunk" ? { displayNumber: trunkCaller } : {}) }));
  }
  const under = await startGatewayUnderTest({ config: configOf(asterisk, tls, port) + moreConfig,
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
    inBridge: (channels, ...names) => inBridge(asterisk, channels, names),
    talking: (...names) => inBridge(asterisk, 2, names),
    settled: () => settle(asterisk, watched),
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

/** The record of the call whose events were seen last; it is written when the call is over. */
export async function recordOf({ under, watched }: AsteriskOffice) {
  const call = watched.events.findLast(({ connection }) => connection !== undefined)
    ?.connection?.call;
  const end = performance.now() + 5_000;
  for (;;) {
    const { records } = await under.client.unary(RecordsService.method.listRecords,
      { pageSize: 10 });
    const found = records.find((record) => record.call === call);
    if (found !== undefined || performance.now() > end) return found;
    await pause(50);
  }
}
