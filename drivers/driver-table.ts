/** What each driver declares, as the table in this folder's README. */

import { inLanguage } from "../firmware/base/result.js";
import type { Driver } from "../firmware/link/driver.js";

/** CSTA is one conversation in several encodings: its drivers share a folder. */
const sharedFolders: Readonly<Record<string, string>> =
  { "csta12": "csta", "csta3": "csta", "csta-xml": "csta" };

/** Markdown. */
export function renderDriverTable(drivers: readonly Driver[]): string {
  const rows = drivers.map(({ name, title, transports, standards, capabilities }) => {
    const { services, events, snapshot, callIdentity } = capabilities;
    return `| [\`${name}\`](${folderOf(name)}/README.md) | ${inLanguage(title, "en")} | `
      + `${transports.join(", ")} | ${Object.keys(services).length} | ${events.length} | `
      + `${snapshot} | ${callIdentity} | ${standards.join("; ")} |`;
  });
  return ["| driver | PBX | lines | services | events | snapshot | call identity | sources |",
    "|---|---|---|---|---|---|---|---|", ...rows].join("\n");
}

function folderOf(driver: string): string {
  return sharedFolders[driver] ?? driver;
}
