/** What systemd's watchdog hears of the gateway: a thread that no longer turns says nothing. */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayProcess, removeFolder, temporaryFolder, until } from "./gateway-process.js";

/** Node has no datagrams between processes: what comes to the socket is printed, a line each. */
const listener = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True: print(s.recv(4096).decode(), flush=True)
`;
const watchdogMs = 600;

describe("a gateway under a service manager", function () {
  this.timeout(60_000);
  let folder: string;
  let manager: ChildProcess;
  let heard: string[];
  let gateway: GatewayProcess | undefined;

  before(async () => {
    folder = await temporaryFolder("service-manager");
    heard = [];
    manager = spawn("python3", ["-c", listener, `${folder}/notify`],
      { stdio: ["ignore", "pipe", "inherit"] });
    manager.stdout?.on("data", (bytes: Buffer) => {
      heard.push(...bytes.toString().split("\n").filter((line) => line !== ""));
    });
    await until("the manager listens", () => heard.includes("listening"));
  });

  after(async () => {
    await gateway?.stop("SIGKILL");
    const ended = once(manager, "close");
    manager.kill();
    await ended;
    await removeFolder(folder);
  });

  it("says when it is ready, then that it turns, and falls silent when it does not", async () => {
    await writeFile(`${folder}/gateway.yaml`, "version: 1\ngrpc: { address: 127.0.0.1, port: 0 }\n"
      + "web: { address: 127.0.0.1, port: 0 }\n");
    gateway = new GatewayProcess(["--config", path.join(folder, "gateway.yaml"), "--data",
      folder], { NOTIFY_SOCKET: `${folder}/notify`, WATCHDOG_USEC: `${watchdogMs * 1_000}` });
    await gateway.running();
    await until("it has said so some times", () => heard.length >= 5);
    assert.deepEqual(heard.slice(0, 4), ["listening", "READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    gateway.child.kill("SIGSTOP");
    await sleep(watchdogMs);
    const before = heard.length;
    await sleep(2 * watchdogMs);
    assert.equal(heard.length, before);
    gateway.child.kill("SIGCONT");
    await until("it turns again", () => heard.length > before);
    const { code } = await gateway.stop();
    assert.equal(code, 0);
  });
});
