/**
 * Lets in what the configuration opens: the gateway names ports in a file, and only their numbers
 * get from there into the firewall.
 */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { firewallScript } from "./firewall-script.js";

const script = firewallScript(readFileSync("/run/jackfield-gateway/ports.json", "utf8"));
const { status } = spawnSync("/usr/sbin/nft", ["-f", "-"],
  { input: script, stdio: ["pipe", "inherit", "inherit"] });
process.exitCode = status ?? 1;
