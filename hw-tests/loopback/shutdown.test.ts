/** A stop that keeps its deadline whatever hangs on to the gateway. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { simulateAmi } from "../../drivers/simulation.js";
import { GatewayProcess, removeFolder, temporaryFolder, until } from "./gateway-process.js";
import { Collected, failureOf, value } from "./server-rig.js";

/** Of some threads by name: the 19th field of proc_pid_stat(5). */
async function niceness(pid: number | undefined): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, "latin1");
    const name = /\((.*)\)/.exec(stat)?.[1] ?? "";
    if (!["MainThread", "V8Worker"].includes(name)) continue;
    found[name] = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  }
  return found;
}

describe("a stop with streams open and a PBX that hangs", function () {
  this.timeout(30_000);

  it("ends with code 0 within the deadline and tells the clients", async () => {
    const world = nodeWorld(() => undefined, "error");
    const folder = await temporaryFolder("stop");
    const asterisk = value(await simulateAmi({ world, seed: 1, address: "127.0.0.1", port: 0,
      user: "u", secret: "s" }));
    const sockets: Socket[] = [];
    // It accepts and never says a word.
    const silent = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => { silent.listen(0, "127.0.0.1", resolve); });
    const link = (id: string, port: number): string => `  - id: ${id}
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${port} }
    options: { user: u, secret: env:TEST_SECRET }
`;
    await writeFile(path.join(folder, "gateway.yaml"), `version: 1
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
${link("hangs", asterisk.port)}${link("silent", (silent.address() as AddressInfo).port)}`);
    const gateway = new GatewayProcess(
      ["--config", path.join(folder, "gateway.yaml"), "--data", folder], { TEST_SECRET: "s" });
    await gateway.running();
    const user = await gateway.signIn(folder, gateway.admin);
    assert.deepEqual(await niceness(gateway.child.pid), { MainThread: 0, V8Worker: 10 });
    await until("the link is up", async () => (await user.client.unary(
      LinksService.method.getLink, { id: "hangs" })).link?.state === LinkState.UP);
    const reading = new Collected(user.connect().stream(CallsService.method.watchEvents, {}));
    const unread = user.connect().stream(CallsService.method.watchEvents, {});
    unread.on("error", () => undefined);
    await reading.until((items) => items.length > 0);
    asterisk.fault({ kind: "hang", ms: 20_000 });
    const waiting = failureOf(user.client.unary(CallsService.method.makeCall,
      { link: "hangs", device: "1001", number: "1002" }, { deadline: Date.now() + 20_000 }));
    const startedMs = performance.now();
    gateway.child.kill("SIGTERM");
    const ended = await gateway.ended;
    const tookMs = Math.round(performance.now() - startedMs);
    process.stdout.write(`      stopped in ${tookMs} ms\n`);
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(tookMs < 10_500, `${tookMs} ms`);
    assert.equal((await reading.ended)?.code, status.UNAVAILABLE);
    assert.ok([status.UNAVAILABLE, status.CANCELLED, status.FAILED_PRECONDITION]
      .includes((await waiting).code), String((await waiting).code));
    await gateway.stop();
    await asterisk.stop();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => { silent.close(resolve); });
    await removeFolder(folder);
  });
});
