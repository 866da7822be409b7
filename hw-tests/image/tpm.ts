/** A TPM 2.0 (swtpm) as a process that is spoken to without a machine around it. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { codeOf, defineCommand, isDefined, raiseCommand } from "../../image/unit/rollback-floor.js";
import { until } from "../loopback/gateway-process.js";

export interface Tpm {
  ask(command: Buffer): Promise<Buffer>;
  /** As by a power cut; its state stays in the folder. */
  stop(): Promise<void>;
}

export async function startTpm(folder: string): Promise<Tpm> {
  await mkdir(folder, { recursive: true });
  const server = `${folder}/server`;
  await rm(server, { force: true });
  const child = spawn("swtpm", ["socket", "--tpm2", "--tpmstate", `dir=${folder}`, "--server",
    `type=unixio,path=${server}`, "--flags", "not-need-init,startup-clear"], { stdio: "ignore" });
  await until("the TPM is there", () => existsSync(server));
  const socket = connect(server);
  await once(socket, "connect");
  return {
    async ask(command) {
      const answer = once(socket, "data");
      socket.write(command);
      return (await answer as [Buffer])[0];
    },
    async stop() {
      const ended = once(child, "close");
      socket.destroy();
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Of a board that has run a release with this rollback index. */
export async function raiseFloor(folder: string, floor: number): Promise<void> {
  const tpm = await startTpm(folder);
  try {
    assert.ok(isDefined(await tpm.ask(defineCommand())));
    assert.equal(codeOf(await tpm.ask(raiseCommand(floor))), 0);
  } finally {
    await tpm.stop();
  }
}
