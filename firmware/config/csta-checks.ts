/** What the shape of a CSTA server cannot say: names, links that exist, what is risky. */

import { unique, unknownLink, type Findings, type PlacedLink } from "./references.js";
import type { CstaConfig } from "./csta-schema.js";
import { quoted } from "./wording.js";

/** A server whose own shape is right, and its place in the list. */
export interface PlacedCsta {
  readonly index: number;
  readonly server: CstaConfig;
}

export function checkCsta(
  servers: readonly PlacedCsta[], links: readonly PlacedLink[], findings: Findings,
): void {
  unique(servers, ({ server }) => server.id, (first, { index, server }) => {
    findings.errors.push({ path: ["csta", index, "id"],
      message: `found ${quoted(server.id)}, which is already the id of csta[${first}]; expected an `
        + "id of its own" });
  });
  const ids = links.map(({ link }) => link.id);
  for (const { index, server } of servers) {
    for (const [place, id] of (server.links ?? []).entries()) {
      if (!ids.includes(id)) {
        findings.errors.push({ path: ["csta", index, "links", place],
          message: unknownLink(id, ids) });
      }
    }
    unique(server.applications.map(({ user }, place) => ({ index: place, user })),
      ({ user }) => user.toLowerCase(), (first, { index: place, user }) => {
        findings.errors.push({ path: ["csta", index, "applications", place, "user"],
          message: `found ${quoted(user)}, of whom applications[${first}] speaks already` });
      });
    if (!server.tls) {
      findings.warnings.push({ path: ["csta", index, "tls"],
        message: "is off: passwords, numbers and calls pass where everybody on the way can read "
          + "and change them" });
    }
    for (const [place, { routeingDevices }] of server.applications.entries()) {
      if (routeingDevices === undefined || /phase[12]$/.test(server.protocol)) continue;
      findings.errors.push({ path: ["csta", index, "applications", place, "routeingDevices"],
        message: `is for phases I and II; expected none, as applications of ${server.protocol} `
          + "register themselves (Route Register)" });
    }
    for (const [place, { privateDataOf: id }] of server.applications.entries()) {
      const served = server.links ?? ids;
      if (id === undefined || served.includes(id)) continue;
      findings.errors.push({ path: ["csta", index, "applications", place, "privateDataOf"],
        message: unknownLink(id, served) });
    }
    for (const [place, { from }] of server.applications.entries()) {
      if (from === undefined) continue;
      findings.warnings.push({ path: ["csta", index, "applications", place, "from"],
        message: "lets whoever has such an address in without a password" });
    }
  }
}
