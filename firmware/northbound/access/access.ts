/** Who calls, and whether they may: what the servers and the composition root see of it. */

import type { Component } from "../../base/component.js";
import type { Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { Store } from "../../store/store.js";
import type { Alarms } from "../../supervisor/alarms.js";
import type { ClientCertificateIssuer } from "./authority.js";
import type { ClientCertificate } from "./certificates.js";
import type { PasswordHasher } from "./passwords.js";
import type { RevocationHandler } from "./revocations.js";
import type { Identity, Role } from "./roles.js";
import type { SessionLimits } from "./sessions.js";
import type { TokenView } from "./tokens.js";
import type { UserView } from "./users.js";

/** What the TLS layer knows of the caller's certificate, after it has verified the chain. */
export interface PeerCertificate {
  readonly serialHex: string;
  readonly commonName: string;
  /** SHA-256, hexadecimal, with or without colons. */
  readonly fingerprint: string;
  /** False: another authority that the configuration names has signed it. */
  readonly authorizedByOwnCa: boolean;
}

export interface Credentials {
  /** The token after "Bearer ". It counts before the certificate. */
  readonly bearer?: string | undefined;
  readonly certificate?: PeerCertificate | undefined;
  /** "grpc 192.0.2.9" or "web 192.0.2.9". */
  readonly source: string;
}

export interface SignedIn {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly user: UserView;
  readonly identity: Identity;
}

export interface PasswordChange {
  /** Empty: the caller. */
  readonly name: string;
  readonly currentPassword: string;
  readonly newPassword: string;
}

export interface Access extends Component {
  /** Fault `unauthenticated`. */
  authenticate(credentials: Credentials): Promise<Result<Identity>>;
  /** Faults `unauthenticated`, `permission-denied`. `method`: `cti.gateway.v1.LinksService/X`. */
  authorise(identity: Identity | undefined, method: string): Result<void>;
  /**
   * Calls `handler` when the credential (`Identity.credential`) counts no more: signed out,
   * revoked, ended, role changed. Returns how to stop listening. Until then a session counts as
   * in use and does not go idle.
   */
  onRevoked(credential: string, handler: RevocationHandler): () => void;
  /**
   * At the very first start makes the user `admin` and returns its password, once. `keep` gets
   * them before the user exists, so that a power cut leaves no admin whom nobody knows.
   */
  firstAdmin(keep?: (given: FirstAdmin) => Promise<Result<void>>):
    Promise<Result<FirstAdmin | undefined>>;
  /** Faults `unauthenticated`, `too-many-attempts`. */
  signIn(name: string, password: string, source: string): Promise<Result<SignedIn>>;
  signOut(identity: Identity): Promise<Result<void>>;
  listUsers(): readonly UserView[];
  /** Whether there is a user of this name, however it is written: for the audit log. */
  isUser(name: string): boolean;
  createUser(name: string, password: string, role: Role): Promise<Result<UserView>>;
  updateUser(name: string, change: { readonly role?: Role | undefined;
    readonly disabled?: boolean | undefined }): Promise<Result<UserView>>;
  deleteUser(name: string): Promise<Result<void>>;
  setPassword(by: Identity, change: PasswordChange, source: string): Promise<Result<void>>;
  listTokens(): readonly TokenView[];
  createToken(by: Identity, name: string, role: Role, expiresAtMs: number | undefined):
    Promise<Result<{ readonly token: TokenView; readonly secret: string }>>;
  revokeToken(id: string): Promise<Result<void>>;
  issueCertificate(by: Identity, requestPem: string, role: Role, validDays: number):
    Promise<Result<{ readonly certificatePem: string; readonly authorityPem: string }>>;
  listCertificates(): readonly ClientCertificate[];
  revokeCertificate(serialHex: string): Promise<Result<void>>;
  /** New limits count for sessions that are open already. */
  configure(sessions: SessionLimits): void;
  /** Reads everything again: the unit has become active. */
  reload(): Promise<Result<void>>;
}

export interface FirstAdmin {
  readonly name: string;
  readonly password: string;
}

export interface AccessOptions {
  /** HMAC key of 32 bytes, kept outside the store. Without it no password can be verified. */
  readonly pepper: Uint8Array;
  readonly sessions: SessionLimits;
  /** A guesser tries it. */
  readonly unitName?: string;
  readonly issuer?: ClientCertificateIssuer | undefined;
  /** Whether a password that an admin gave must be changed at the next sign-in. Default: yes. */
  readonly givenPasswordsMustChange?: boolean;
  readonly hasher?: PasswordHasher;
}

export interface AccessParts {
  readonly store: Store;
  readonly world: World;
  readonly alarms: Pick<Alarms, "raise" | "clear">;
  readonly options: AccessOptions;
}
