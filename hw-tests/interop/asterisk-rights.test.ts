/** Manager users who may do or hear too little: what the API says of it, in both languages. */

import assert from "node:assert/strict";
import type { MessageShape } from "@bufbuild/protobuf";
import { LinksService, LinkState, Proven, type DeviceSchema, type LinkSchema }
  from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { need } from "../requirement.js";
import { whyNoAsterisk, type AsteriskVersion } from "./asterisk.js";
import { pause, startAsteriskOffice, type AsteriskOffice } from "./asterisk-office.js";
import { internal } from "./scenarios.js";

type Link = MessageShape<typeof LinkSchema>;
type Device = MessageShape<typeof DeviceSchema>;
type Language = "en" | "fr";

/** A second gateway on the same PBX, signed in as this manager user. */
class Observer {
  readonly #under: GatewayUnderTest;

  constructor(under: GatewayUnderTest) {
    this.#under = under;
  }

  static async start(office: AsteriskOffice, user: string): Promise<Observer> {
    return new Observer(await startGatewayUnderTest({
      config: `links:
  - id: pbx
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${office.asterisk.amiPort} }
    options: { user: ${user}, secret: "env:AMI_SECRET" }
`, environment: { AMI_SECRET: office.asterisk.secret } }));
  }

  async link(language: Language = "en"): Promise<Link> {
    const { link } = await this.#under.client.unary(LinksService.method.getLink, { id: "pbx" },
      { language });
    assert.ok(link !== undefined);
    return link;
  }

  async devices(language: Language = "en"): Promise<readonly Device[]> {
    const { devices } = await this.#under.client.unary(LinksService.method.listDevices,
      { link: "pbx", onlyNotMonitored: true }, { language });
    return devices;
  }

  async until(what: string, test: (observer: this) => Promise<boolean>, msMax = 20_000) {
    const end = performance.now() + msMax;
    while (!await test(this)) {
      if (performance.now() > end) throw new Error(`${what}: not within ${msMax} ms`);
      await pause(50);
    }
  }

  /** The snapshot and the probe are done. */
  async ready(): Promise<void> {
    await this.until("probed", async () => (await this.link()).capabilities?.rows.some(
      ({ subject, proven }) => subject === "snapshot" && proven !== Proven.UNSPECIFIED) === true);
  }

  stop(): Promise<void> {
    return this.#under.stop();
  }
}

/** `1001: why / what to do`, of devices that are not monitored. */
function shown(devices: readonly Device[]): readonly string[] {
  return devices.map((each) =>
    `${each.device}: ${each.notMonitoredReason} / ${each.notMonitoredAdvice}`);
}

const lacks = {
  en: (name: string) => `the manager user lacks the read class ${name} / Add ${name} to the `
    + "user's read line in manager.conf and reload the manager.",
  fr: (name: string) => `l'utilisateur manager n'a pas la classe de lecture ${name} / Ajoutez `
    + `${name} à la ligne read de l'utilisateur dans manager.conf et rechargez le manager.`,
};

function suite(version: AsteriskVersion): void {
  describe(`manager users with few rights on Asterisk ${version} (interop)`, function () {
    let office: AsteriskOffice;
    let observer: Observer | undefined;
    const signIn = async (user: string): Promise<Observer> => {
      observer = await Observer.start(office, user);
      return observer;
    };

    before(async function () {
      need(this, "asterisk", whyNoAsterisk());
      this.timeout(600_000);
      office = await startAsteriskOffice(version, false);
    });
    after(async function () {
      this.timeout(120_000);
      await office?.stop();
    });
    afterEach(async () => {
      await observer?.stop();
      observer = undefined;
      await office?.clean();
    });

    it("are not offered what they may not do, and are told why", async () => {
      const observed = await signIn("observer");
      await observed.ready();
      for (const [language, why] of [["en", /not in the user's write classes|, or not in/],
        ["fr", /hors des classes d'écriture/]] as const) {
        const { capabilities } = await observed.link(language);
        for (const service of ["makeCall", "deflectCall", "conferenceCall", "parkCall"]) {
          const row = capabilities?.rows.find(({ subject }) => subject === service);
          assert.equal(row?.proven, Proven.NO, service);
          assert.match(row.evidence, why);
        }
      }
    });

    it("lacking the read class call: no device is monitored, and each says why", async () => {
      const observed = await signIn("deaf");
      await observed.ready();
      const all = ["1001", "1002", "1003", "640", "support", "trunk"];
      for (const language of ["en", "fr"] as const) {
        assert.deepEqual([...shown(await observed.devices(language))].sort(),
          all.map((device) => `${device}: ${lacks[language]("call")}`).sort());
      }
      assert.equal((await observed.link()).devicesNotMonitored, all.length);
    });

    it("lacking the read class agent: the queues are not monitored", async () => {
      const observed = await signIn("queueless");
      await observed.ready();
      for (const language of ["en", "fr"] as const) {
        assert.deepEqual([...shown(await observed.devices(language))].sort(),
          ["640", "support"].map((device) => `${device}: ${lacks[language]("agent")}`));
      }
    });

    it("lacking system and reporting: the link works in part, and says which part", async () => {
      const observed = await signIn("outsider");
      await observed.until("degraded", async () =>
        (await observed.link()).state === LinkState.DEGRADED, 40_000);
      await observed.until("asked", async () =>
        (await observed.link()).reason.includes("calls in progress"));
      const { reason } = await observed.link();
      for (const part of [/CoreStatus is refused \(write classes system or reporting\)/,
        /lacks the read class system/, /the calls in progress are not known: CoreShowChannels/]) {
        assert.match(reason, part);
      }
      const french = (await observed.link("fr")).reason;
      for (const part of [/CoreStatus est refusé/, /n'a pas la classe de lecture system/,
        /les appels en cours ne sont pas connus : CoreShowChannels n'est pas dans les classes/]) {
        assert.match(french, part);
      }
    });

    // One version suffices: the driver looks at the PBX's channels once a minute.
    if (version !== 22) return;
    it("who cannot ask for their classes are found deaf by calls unheard", async () => {
      const observed = await signIn("unasked");
      await observed.ready();
      await observed.until("the login is older than the call", async () => {
        const { since } = await observed.link();
        return since !== undefined && Date.now() / 1_000 - Number(since.seconds) > 5;
      });
      assert.deepEqual(await observed.devices(), []);
      await internal(office);
      await observed.until("found deaf", async () => (await observed.devices()).length > 0, 90_000);
      const [first] = await observed.devices("fr");
      assert.match(first?.notMonitoredReason ?? "", /^le PBX a des appels, mais n'en dit rien/);
      assert.match(first?.notMonitoredAdvice ?? "", /^Ajoutez call à la ligne read/);
    });
  });
}

suite(22);
suite(16);
