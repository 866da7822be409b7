/** What servers need of `northbound/access`: who calls, may they, and the accounts themselves. */

import type { Result } from "../../base/result.js";
import type { Identity, Role } from "../access/roles.js";

/** What a caller presented; the strongest that is valid counts. */
export interface Presented {
  /** After `Bearer `, or from the cookie. */
  readonly token: string | undefined;
  /** DER of a client certificate that the TLS layer has verified. */
  readonly certificate: Uint8Array | undefined;
  /** "grpc 192.0.2.9" or "web 192.0.2.9". */
  readonly source: string;
}

export interface UserView {
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly createdAtMs: number;
  readonly signedInAtMs: number | undefined;
  readonly mustChangePassword: boolean;
}

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | undefined;
  readonly usedAtMs: number | undefined;
  readonly createdBy: string;
}

export interface CertificateView {
  readonly serial: string;
  readonly name: string;
  readonly role: Role;
  readonly expiresAtMs: number;
  readonly revoked: boolean;
}

export interface AccessView {
  authenticate(presented: Presented): Promise<Result<Identity>>;
  /** Called when `Identity.credential` ends, until the returned function is called. */
  onRevoked(credential: string, handler: (reason: string) => void): () => void;
  signIn(name: string, password: string, source: string): Promise<Result<{
    readonly token: string; readonly expiresAtMs: number; readonly user: UserView;
  }>>;
  signOut(identity: Identity): Promise<Result<void>>;
  users(): Promise<Result<readonly UserView[]>>;
  createUser(by: Identity, name: string, password: string, role: Role): Promise<Result<UserView>>;
  updateUser(
    by: Identity, name: string, change: { readonly role?: Role; readonly disabled?: boolean },
  ): Promise<Result<UserView>>;
  deleteUser(by: Identity, name: string): Promise<Result<void>>;
  setPassword(
    by: Identity, name: string, currentPassword: string, newPassword: string,
  ): Promise<Result<void>>;
  tokens(): Promise<Result<readonly TokenView[]>>;
  createToken(
    by: Identity, name: string, role: Role, expiresAtMs: number | undefined,
  ): Promise<Result<{ readonly token: TokenView; readonly secret: string }>>;
  revokeToken(by: Identity, id: string): Promise<Result<void>>;
  issueCertificate(
    by: Identity, requestPem: string, role: Role, validDays: number,
  ): Promise<Result<{ readonly certificatePem: string; readonly authorityPem: string }>>;
  certificates(): Promise<Result<readonly CertificateView[]>>;
  revokeCertificate(by: Identity, serial: string): Promise<Result<void>>;
}

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
