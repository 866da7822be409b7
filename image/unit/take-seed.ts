/** Takes network settings from the stick that is plugged in, when they are signed and new. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isSame } from "../../firmware/update/network-probation.js";
import { keepForGood, networkServices, settingsNow, stateNow } from "./network-files.js";
import { readSeed } from "./seed.js";

/** Of run-seed.mount. */
const file = "/run/seed/jackfield.json";
const { network } = readSeed(readFileSync(file), readFileSync(`${file}.sig`),
  readFileSync("/usr/lib/jackfield/seed.pub", "utf8"),
  readFileSync("/sys/class/dmi/id/product_uuid", "utf8").trim());
if (isSame(network, settingsNow()) && stateNow().probation === undefined) {
  process.stdout.write("the seed's settings are in force\n");
} else {
  keepForGood(network);
  process.stdout.write("the seed's settings were taken\n");
  execFileSync("/usr/bin/systemctl", ["--no-block", "restart", ...networkServices]);
  execFileSync("/usr/bin/systemctl", ["--no-block", "try-restart", "jackfield.service"]);
}
