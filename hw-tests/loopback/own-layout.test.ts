/** A PBX of no known make: from bytes that fit nothing to records, by the worked example's page. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { parse, stringify } from "yaml";
import { ApplyMode, ConfigurationService }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { GatewayProcess, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";

/** The examples of the page, in its order, and the times of their records. */
const examples = [
  ["of columns", ["22/11/26 09:15", "22/11/26 09:21", "22/11/26 09:30", "22/11/26 09:34"]],
  ["of labelled lines", ["22/11/26 09:15"]],
] as const;

for (const [index, [kind, times]] of examples.entries()) {
  describe(`a record layout of one's own, ${kind}`, function () {
    madeBy(this, index, times);
  });
}

function madeBy(suite: Mocha.Suite, example: number, times: readonly string[]): void {
  suite.timeout(60_000);
  let folder: string;
  let printer: Server;
  const cables: Socket[] = [];
  let gateway: GatewayProcess;
  let user: SignedIn;
  let printed: string;
  let optionsYaml: string;

  const documentWith = (options: unknown): string => stringify({ version: 1,
    grpc: { address: "127.0.0.1", port: 0 }, web: { address: "127.0.0.1", port: 0 },
    links: [{ id: "printer", driver: "smdr", options, transport: { kind: "tcp",
      host: "127.0.0.1", port: (printer.address() as AddressInfo).port } }] });

  before(async () => {
    const page = await readFile(
      new URL("../../../drivers/smdr/CUSTOM-LAYOUT.md", import.meta.url), "utf8");
    const blocks = (language: string): string =>
      [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))][example]?.[1] ?? "";
    printed = blocks("text").replaceAll("\n", "\r\n");
    optionsYaml = blocks("yaml");
    folder = await temporaryFolder("own-layout");
    printer = createServer((socket) => {
      socket.on("error", () => undefined);
      cables.push(socket);
    });
    await new Promise<void>((resolve) => { printer.listen(0, "127.0.0.1", resolve); });
    const file = path.join(folder, "gateway.yaml");
    await writeFile(file, documentWith({ format: "panasonic-kx" }));
    gateway = new GatewayProcess(["--config", file, "--data", folder]);
    await gateway.running();
    user = await gateway.signIn(folder, gateway.admin);
    await until("the printer's cable is in", () => cables.length === 1);
  });
  after(async () => {
    await gateway.stop();
    for (const cable of cables) cable.destroy();
    await new Promise((resolve) => { printer.close(resolve); });
    await removeFolder(folder);
  });

  it("is tried on what came, applied, and then understands the PBX", async () => {
    const { tryFormat, listRecords } = RecordsService.method;
    cables[0]?.write(printed);
    await until("the bytes are kept and can be tried", async () => {
      const trial = await user.client.unary(tryFormat, { link: "printer", optionsYaml })
        .catch(() => undefined);
      return trial?.bytesRead === printed.length;
    });
    const trial = await user.client.unary(tryFormat, { link: "printer", optionsYaml });
    assert.deepEqual([trial.recordsTotal, trial.rejected], [times.length, []]);
    const other = await user.client.unary(tryFormat,
      { link: "printer", optionsYaml: "format: panasonic-kx" });
    assert.equal(other.recordsTotal, 0);
    assert.ok(other.rejectedTotal >= times.length);
    const records = async (): Promise<readonly string[]> =>
      (await user.client.unary(listRecords, {})).records.map(({ pbxTime }) => pbxTime);
    assert.deepEqual(await records(), []);

    await user.client.unary(ConfigurationService.method.applyConfiguration, {
      document: documentWith(parse(optionsYaml)), mode: ApplyMode.APPLY,
      requestId: `own-${example}` });
    await until("the link begins again", () => cables.length === 2);
    cables[1]?.write(printed);
    await until("its records are kept", async () => (await records()).length === times.length);
    assert.deepEqual([...await records()].sort(), times);
  });
}
