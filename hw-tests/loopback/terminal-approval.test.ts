/** A line on which nobody types before a second person has approved it. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { AccessService, Role } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { TerminalEnding, TerminalsService, type OpenTerminalResponse,
  type ServeTerminalResponse, type Terminal } from "../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { until } from "./gateway-process.js";
import { Collected, silentWorld, TestClient, value } from "./server-rig.js";

const methods = TerminalsService.method;

describe("approval of a terminal by a second person", function () {
  this.timeout(60_000);
  let shared: PtyPair;
  let free: PtyPair;
  let unit: GatewayUnderTest;
  let second: TestClient;
  let typed = "";

  before(async () => {
    shared = value(await openPtyPair(silentWorld));
    free = value(await openPtyPair(silentWorld));
    shared.onData((bytes) => { typed += Buffer.from(bytes).toString("latin1"); });
    unit = await startGatewayUnderTest({ config: `links:
  - id: pbx
    driver: smdr
    transport: { kind: serial, path: ${shared.devicePath} }
    options: { format: panasonic-kx }
    terminalApproval: second-person
` });
    const { secret } = await unit.client.unary(AccessService.method.createToken,
      { name: "second", role: Role.OPERATOR });
    second = new TestClient({ authority: { authorityPem: unit.gateway.authorityPem } },
      unit.gateway.grpcPort, secret);
    await until("the link is up", async () => (await unit.client.unary(
      LinksService.method.getLink, { id: "pbx" })).link?.state === LinkState.UP);
  });
  after(async () => {
    second?.close();
    await unit.stop();
    await shared.close();
    await free.close();
  });

  const ask = (line: { readonly link: string } | { readonly port: { readonly address: string } },
  ): Collected<OpenTerminalResponse> => new Collected<OpenTerminalResponse>(
    unit.client.stream(methods.openTerminal, { ...line, reason: "night service" }));

  async function waits(session: Collected<OpenTerminalResponse>): Promise<Terminal> {
    const [first] = await session.until((items) => items.length > 0);
    assert.ok(first?.event.case === "waiting", first?.event.case);
    assert.equal(first.event.value.waiting, true);
    return first.event.value;
  }

  const stored = async (id: string): Promise<Terminal | undefined> =>
    (await second.unary(methods.listTerminals, {})).terminals.find((each) => each.id === id);

  it("opens it once another has approved it; not who has asked, and nothing is typed before",
    async () => {
      const session = ask({ link: "pbx" });
      const { id } = await waits(session);
      await assert.rejects(unit.client.unary(methods.typeTerminal,
        { id, data: Buffer.from("early") }), /no terminal/);
      await assert.rejects(unit.client.unary(methods.approveTerminal, { id }),
        /second person has to approve/);
      assert.equal((await stored(id))?.waiting, true);
      await second.unary(methods.approveTerminal, { id });
      await session.until((items) => items.some(({ event }) => event.case === "opened"));
      await unit.client.unary(methods.typeTerminal, { id, data: Buffer.from("status\r") });
      await until("it is typed", () => typed === "status\r");
      await unit.client.unary(methods.closeTerminal, { id });
      await session.ended;
      const { waiting, approvedBy, ending } = await stored(id) ?? assert.fail();
      assert.deepEqual([waiting, approvedBy, ending],
        [false, "token:second", TerminalEnding.CLOSED]);
      await assert.rejects(second.unary(methods.approveTerminal, { id }), /waits for nobody/);
    });

  it("does not open one that another refuses, nor a port that no link has", async () => {
    const session = ask({ port: { address: free.devicePath } });
    const { id } = await waits(session);
    await second.unary(methods.closeTerminal, { id });
    assert.match((await session.ended)?.message ?? "", /was not approved/);
    assert.equal((await stored(id))?.ending, TerminalEnding.CLOSED_BY_OTHER);
  });

  it("asks no longer for a caller who has gone", async () => {
    const stream = unit.client.stream(methods.openTerminal, { link: "pbx", reason: "gone" });
    stream.on("error", () => undefined);
    await once(stream, "data");
    stream.cancel();
    await until("nothing waits", async () => (await second.unary(methods.listTerminals,
      { openOnly: true })).terminals.length === 0);
  });

  it("is needed for a vendor's program too, and not given by who has offered the line",
    async () => {
      const served = new Collected<ServeTerminalResponse>(unit.client.stream(
        methods.serveTerminal, { link: "pbx", reason: "vendor", plainFrom: ["127.0.0.1"] }));
      const [first] = await served.until((items) => items.length > 0);
      const port = first?.event.case === "listening" ? first.event.value.port : assert.fail();
      const program = connect(port, "127.0.0.1");
      let greeted = false;
      program.on("data", () => { greeted = true; }).on("error", () => undefined);
      const items = await served.until((all) =>
        all.some(({ event }) => event.case === "waiting"));
      const asked = items.at(-1)?.event;
      const id = asked?.case === "waiting" ? asked.value.id : assert.fail();
      await assert.rejects(unit.client.unary(methods.approveTerminal, { id }), /second person/);
      assert.equal(greeted, false);
      await second.unary(methods.approveTerminal, { id });
      await until("the program is served", () => greeted);
      program.destroy();
      await served.until((all) => all.some(({ event }) => event.case === "ended"));
    });

  it("stands in the audit log with both names", async () => {
    const entries = async () => (await unit.client.unary(SystemService.method.listAudit,
      { pageSize: 100 })).entries;
    await until("all are written", async () =>
      (await entries()).some(({ action }) => action === "TerminalEnded"));
    const all = await entries();
    assert.ok(all.some(({ action, actor }) => action === "TerminalAsked" && actor === "admin"));
    assert.ok(all.some(({ action, actor }) =>
      action === "ApproveTerminal" && actor === "token:second"));
    assert.ok(all.some(({ action, detailsJson }) => action === "TerminalOpened"
      && detailsJson.includes("\"approved_by\":\"token:second\"")));
  });
});
