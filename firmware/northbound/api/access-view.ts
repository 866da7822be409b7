/** What servers need of `northbound/access`: who calls, the accounts themselves, the audit log. */

import type { Access } from "../access/access.js";
import type { Audit } from "../access/audit.js";

export type AccessView = Pick<Access, "authenticate" | "onRevoked" | "signIn" | "signOut"
  | "listUsers" | "createUser" | "updateUser" | "deleteUser" | "setPassword" | "listTokens"
  | "createToken" | "revokeToken" | "issueCertificate" | "listCertificates"
  | "revokeCertificate">;

export type AuditView = Pick<Audit, "record" | "list" | "export">;
