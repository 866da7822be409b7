/** What each driver declares, as the table in this folder's README. */

import { inLanguage } from "../firmware/base/result.js";
import type { Driver } from "../firmware/link/driver.js";

/** Markdown. */
export function renderDriverTable(drivers: readonly Driver[]): string {
  const rows = drivers.map(({ name, title, transports, standards, capabilities }) => {
    const { services, events, snapshot, callIdentity } = capabilities;
    return `| [\`${name}\`](${name}/README.md) | ${inLanguage(title, "en")} | `
      + `${transports.join(", ")} | ${Object.keys(services).length} | ${events.length} | `
      + `${snapshot} | ${callIdentity} | ${standards.join("; ")} |`;
  });
  return ["| driver | PBX | lines | services | events | snapshot | call identity | sources |",
    "|---|---|---|---|---|---|---|---|", ...rows].join("\n");
}
