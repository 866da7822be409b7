/** What the shape of a destination cannot say: which of its settings go together. */

import type { PathSegment } from "./document-source.js";
import type { Findings } from "./references.js";
import type { DestinationConfig } from "./schema.js";

export function checkTarget(
  to: DestinationConfig["to"], at: (key: string) => PathSegment[], findings: Findings,
): void {
  const refuse = (key: string, message: string): void => {
    findings.errors.push({ path: at(key), message });
  };
  switch (to.kind) {
    case "http":
      if (new URL(to.url).password !== "") {
        refuse("url",
          "found a password in the address; expected none: sign with `secret` instead");
      }
      break;
    case "sftp":
      if ((to.secret === undefined) === (to.keySecret === undefined)) {
        refuse(to.secret === undefined ? "secret" : "keySecret", to.secret === undefined
          ? "is missing; expected secret (a password) or keySecret (a private key)"
          : "found besides a password; expected secret or keySecret, not both");
      }
      if (to.fingerprint === undefined) {
        findings.warnings.push({ path: at("fingerprint"),
          message: "is not set: nothing is sent until it is; `ctictl delivery list` shows what "
            + "the server offers" });
      }
      break;
    case "mail": case "mqtt":
      if ((to.user === undefined) !== (to.secret === undefined)) {
        refuse(to.user === undefined ? "user" : "secret",
          "is missing; expected user and secret together, or neither");
      } else if (to.user !== undefined && to.kind === "mail" && to.security === "none") {
        refuse("security", 'found "none" with a password; expected "starttls" or "tls"');
      } else if (to.user !== undefined && to.kind === "mqtt" && to.tls === undefined) {
        refuse("tls", "is missing; expected TLS where a password is sent");
      }
      break;
    case "serial":
    case "tcp-client": case "tcp-server": case "file": case "syslog": break;
  }
}
