/**
 * Raises the TPM's floor to the index of what runs: called when that may stay, so that nothing
 * older than it starts on this board again. Without a TPM there is nothing to do.
 */

import { closeSync, existsSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { codeOf, defineCommand, floorOf, isDefined, raiseCommand, readCommand, rollbackIndex }
  from "./rollback-floor.js";

const device = "/dev/tpmrm0";
const answerBytesMax = 4_096;

function ask(file: number, command: Buffer): Buffer {
  writeSync(file, command);
  const answer = Buffer.alloc(answerBytesMax);
  return answer.subarray(0, readSync(file, answer, 0, answerBytesMax, null));
}

const index = rollbackIndex(readFileSync("/proc/cmdline", "latin1"));
if (existsSync(device) && index > 0) {
  const file = openSync(device, "r+");
  try {
    if (floorOf(ask(file, readCommand())) < index) {
      const defined = ask(file, defineCommand());
      if (!isDefined(defined)) throw new Error(`define: 0x${codeOf(defined).toString(16)}`);
      const raised = codeOf(ask(file, raiseCommand(index)));
      if (raised !== 0) throw new Error(`raise: 0x${raised.toString(16)}`);
    }
    process.stdout.write(`floor ${floorOf(ask(file, readCommand()))}\n`);
  } finally {
    closeSync(file);
  }
}
