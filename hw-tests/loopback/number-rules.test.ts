/** A change of number rules, tried on the last 1,000 real calls: by gRPC and by `ctictl`. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { AccessService } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { NumberKind } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { NumbersService, type TestRulesResponse }
  from "../../proto/gen/cti/gateway/v1/numbers_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { createSmdrPeer } from "../../drivers/smdr/peer.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { until } from "./gateway-process.js";

const world = nodeWorld(() => undefined, "error");
const older = 250;
const tried = 1_000;
const rules = `country: FR
internalDigitsMax: 4
rules:
  - { name: hotlines, use: from-pbx, match: "^01(80|99)\\\\d+$", kind: service }
`;
const run = promisify(execFile);

/** Who calls in call `n`, from 0. The rules change 0199... (older calls) and 0180... */
function callerOf(n: number): string {
  if (n < older) return `0199${String(n).padStart(6, "0")}`;
  if (n === older) return "0180000003";
  const last = n - older;
  if (last % 100 === 1) return "0180000001";
  return last % 200 === 2 ? "0180000002" : `0155${String(n).padStart(6, "0")}`;
}
const changed = [["0180000001", 10], ["0180000002", 5], ["0180000003", 1]] as const;

describe("a change of number rules", function () {
  this.timeout(60_000);
  let under: GatewayUnderTest;
  let printer: Server;
  let cable: Socket | undefined;

  before(async () => {
    printer = createServer((socket) => {
      socket.on("error", () => undefined);
      cable = socket;
    });
    await new Promise<void>((resolve) => { printer.listen(0, "127.0.0.1", resolve); });
    under = await startGatewayUnderTest({ config: `links:
  - id: printer
    driver: smdr
    transport: { kind: tcp, host: 127.0.0.1, port: ${(printer.address() as AddressInfo).port} }
    options: { format: panasonic-kx }
    numbers: { country: FR, internalDigitsMax: 4 }
` });
    await until("the cable is in", () => cable !== undefined);
    const peer = createSmdrPeer({ format: "panasonic-kx", world, live: false,
      send: (bytes) => { cable?.write(bytes); } });
    for (let n = 0; n < older + tried; n += 1) {
      peer.print({ device: String(101 + n % 20), trunk: String(1 + n % 9).padStart(2, "0"),
        direction: "incoming", number: callerOf(n), ringMs: 0, talkMs: 4_000 });
    }
    let found = 0;
    await until("every call is kept", async () => {
      found = 0;
      let pageToken = "";
      do {
        const page = await under.client.unary(RecordsService.method.listRecords,
          { query: { link: "printer" }, pageSize: 500, pageToken });
        found += page.records.length;
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      return found >= older + tried;
    });
    assert.equal(found, older + tried);
  });
  after(async () => {
    await under.stop();
    cable?.destroy();
    await new Promise((resolve) => { printer.close(resolve); });
  });

  const ask = (callsMax?: number): Promise<TestRulesResponse> =>
    under.client.unary(NumbersService.method.testRules,
      { link: "printer", rulesYaml: rules, ...(callsMax === undefined ? {} : { callsMax }) });

  it("is tried on exactly the last 1,000, by gRPC", async () => {
    const response = await ask();
    assert.equal(response.callsTried, tried);
    assert.deepEqual(response.differences.map(({ before, calls }) => [before?.raw, calls]),
      changed);
    assert.equal(response.differencesTotal, changed.length);
    assert.ok(response.differences.every(({ before, after }) =>
      before?.kind === NumberKind.EXTERNAL && after?.kind === NumberKind.SERVICE));
    const more = await ask(tried + 1);
    assert.equal(more.callsTried, tried + 1);
    assert.deepEqual(more.differences.map(({ before }) => before?.raw).sort(),
      [...changed.map(([raw]) => raw), callerOf(older - 1)].sort());
    assert.equal((await ask(older + tried)).differencesTotal, changed.length + older);
  });

  it("is tried and listed by ctictl, and changes nothing", async () => {
    const { token } = await under.client.unary(AccessService.method.signIn,
      { name: under.gateway.firstAdmin?.name ?? "", password: under.adminPassword });
    const file = path.join(under.dataFolder, "rules.yaml");
    await writeFile(file, rules);
    const ctictl = async (...words: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await run(process.execPath,
        [path.resolve("build/program/ctictl.js"), ...words],
        { env: { HOME: under.dataFolder, CTICTL_TOKEN: token,
          CTICTL_ADDRESS: `127.0.0.1:${under.gateway.grpcPort}`,
          CTICTL_CA: path.join(under.dataFolder, "tls", "authority.pem") } });
      return stdout + stderr;
    };
    const table = await ctictl("number", "test", "printer", file);
    assert.deepEqual([...table.matchAll(/^ *(\d+) +(0\d+) .*external.*service/gim)]
      .map(([, calls, raw]) => [raw, Number(calls)]), changed, table);
    assert.match(table, /3 of \d+ numbers differ, in 1000 calls/);
    const json = JSON.parse(await ctictl("number", "test", "printer", file, "--output", "json"));
    assert.equal(json.callsTried, tried);
    assert.equal(json.differences.length, changed.length);
    assert.match(await ctictl("number", "explain", "printer", "0180000001"), /Kind +external/i);
  });
});
