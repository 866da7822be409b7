/** What servers need of `northbound/access`: who calls, the accounts themselves, the audit log. */

import type { Result } from "../../base/result.js";
import type { Access } from "../access/access.js";

export type AccessView = Pick<Access, "authenticate" | "onRevoked" | "signIn" | "signOut"
  | "listUsers" | "createUser" | "updateUser" | "deleteUser" | "setPassword" | "listTokens"
  | "createToken" | "revokeToken" | "issueCertificate" | "listCertificates"
  | "revokeCertificate">;

export interface AuditEntryView {
  readonly number: bigint;
  readonly atMs: number;
  readonly actor: string;
  readonly source: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly detailsJson: string;
  /** Hexadecimal SHA-256, chained. */
  readonly hash: string;
}

export interface AuditView {
  record(entry: {
    readonly actor: string; readonly source: string; readonly action: string;
    readonly subject: string; readonly outcome: string;
    readonly details?: Readonly<Record<string, unknown>>;
  }): Promise<Result<void>>;
  /** Newest first, continuing below `before`. */
  list(
    actor: string | undefined, limit: number, before: bigint | undefined,
  ): Promise<Result<readonly AuditEntryView[]>>;
  /** Oldest first, one JSON text an entry, as the offline verifier reads it. */
  export(fromNumber: bigint): AsyncIterable<Result<string>>;
}
