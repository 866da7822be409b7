/**
 * The one place where users, sessions, tokens and client certificates change. Everything it needs
 * for a call is in memory, so that a call costs one hash of its bearer and two look-ups.
 */

import type { Health } from "../../base/component.js";
import { attempt, done, fail, ok } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { Cancellable, World } from "../../base/world.js";
import type {
  Access, AccessOptions, AccessParts, Credentials, FirstAdmin, PasswordChange, SignedIn,
} from "./access.js";
import { Certificates, plainFingerprint, plainSerial } from "./certificates.js";
import type { ClientCertificate } from "./certificates.js";
import { identify, userIdentity } from "./identification.js";
import { authorise } from "./method-roles.js";
import { argonHasher, checkPassword, readableSecret } from "./passwords.js";
import { PepperCheck } from "./pepper-check.js";
import { Revocations } from "./revocations.js";
import type { RevocationHandler } from "./revocations.js";
import { includes } from "./roles.js";
import type { Identity, Role } from "./roles.js";
import { Sessions } from "./sessions.js";
import type { EndedSession, SessionLimits } from "./sessions.js";
import { SignInLimit } from "./sign-in-limit.js";
import { SignIn } from "./sign-in.js";
import { Tokens } from "./tokens.js";
import type { TokenView } from "./tokens.js";
import { checkUserName, userName, userView, Users } from "./users.js";
import type { User, UserView } from "./users.js";

const sweepMs = 10_000;
const pepperLost = "The pepper's file is not the one with which passwords were made: restore it "
  + "from a backup, or set every password anew with an admin's token or certificate";
const firstAdminName = "admin";

export function createAccess(parts: AccessParts): Access {
  return new Gate(parts);
}

class Gate implements Access {
  readonly name = "access";
  readonly #world: World;
  readonly #options: AccessOptions;
  readonly #users: Users;
  readonly #sessions: Sessions;
  readonly #tokens: Tokens;
  readonly #certificates: Certificates;
  readonly #limit: SignInLimit;
  readonly #signIn: SignIn;
  readonly #revocations: Revocations;
  readonly #pepper: PepperCheck;
  #health: Health = { status: "failed", reason: "not started" };
  #sweeping: Cancellable | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ store, world, alarms, options }: AccessParts) {
    this.#world = world;
    this.#options = options;
    this.#users = new Users(store);
    this.#sessions = new Sessions(store, world, options.sessions);
    this.#tokens = new Tokens(store, world);
    this.#certificates = new Certificates(store, world);
    this.#limit = new SignInLimit(store, world, options.pepper,
      (name) => this.#users.get(name) !== undefined);
    this.#signIn = new SignIn(world, alarms, options.hasher ?? argonHasher(world, options.pepper),
      this.#limit);
    this.#revocations = new Revocations(world);
    this.#pepper = new PepperCheck(store, options.pepper);
  }

  get health(): Health {
    return this.#health;
  }

  async start(): Promise<Result<void>> {
    const prepared = await attempt("internal", "argon2", () => this.#signIn.prepare());
    if (!prepared.ok) return prepared;
    const loaded = await this.reload();
    if (!loaded.ok) return loaded;
    const same = await this.#pepper.load();
    if (!same.ok) return same;
    this.#health = same.value ? { status: "ok" } : { status: "degraded", reason: pepperLost };
    if (!same.value) this.#world.log.event("access.pepper.changed", {}, "error");
    this.#scheduleSweep();
    return done;
  }

  async stop(): Promise<void> {
    this.#sweeping?.cancel();
    this.#sweeping = undefined;
    this.#health = { status: "failed", reason: "stopped" };
    await this.#turn;
    await this.#sessions.flush();
    await this.#tokens.flush();
  }

  reload(): Promise<Result<void>> {
    return attempt("store-unavailable", "Users cannot be read", async () => {
      await this.#users.load();
      await Promise.all([this.#sessions.load(), this.#tokens.load(), this.#certificates.load(),
        this.#limit.load(this.#users.names())]);
    });
  }

  configure(sessions: SessionLimits): void {
    this.#sessions.configure(sessions);
  }

  authenticate(credentials: Credentials): Promise<Result<Identity>> {
    return Promise.resolve(identify(credentials,
      { users: this.#users, sessions: this.#sessions, tokens: this.#tokens,
        certificates: this.#certificates }));
  }

  authorise(identity: Identity | undefined, method: string): Result<void> {
    return authorise(identity, method);
  }

  onRevoked(credential: string, handler: RevocationHandler): () => void {
    return this.#revocations.on(credential, handler);
  }

  firstAdmin(keep?: (given: FirstAdmin) => Promise<Result<void>>):
    Promise<Result<FirstAdmin | undefined>> {
    return this.#inTurn(async () => {
      if (this.#users.count > 0) return ok(undefined);
      const given = { name: firstAdminName, password: readableSecret(this.#world) };
      const kept = await keep?.(given);
      if (kept !== undefined && !kept.ok) return kept;
      const made = await this.#make(given.name, given.password, "admin", false);
      return made.ok ? ok(given) : made;
    });
  }

  async signIn(name: string, password: string, source: string): Promise<Result<SignedIn>> {
    const wanted = userName(name);
    const evaluated = await this.#signIn.evaluate(
      wanted, this.#users.get(wanted), password, source);
    if (!evaluated.ok) return evaluated;
    return this.#inTurn(async () => {
      // The evaluation took a while, in which an admin may have changed or ended this user.
      const before = this.#users.get(wanted);
      if (before === undefined || before.disabled
        || before.hash !== evaluated.value.user.hash) {
        return fail("unauthenticated", "The user was changed meanwhile: sign in again.");
      }
      const changed = await this.#users.change(wanted, {
        signedInAtMs: this.#world.clock.wall().getTime(),
        ...(evaluated.value.newHash === undefined ? {} : { hash: evaluated.value.newHash }) });
      const user = changed.ok ? changed.value : before;
      await this.#pepperGood();
      const session = await this.#sessions.open(wanted, source);
      this.#revokeSessions(session.ended);
      this.#world.log.event("access.sign-in", { user: wanted, source, session: session.id });
      return ok({ token: session.token, expiresAtMs: session.expiresAtMs, user: userView(user),
        identity: userIdentity(user, "password", `session:${session.id}`) });
    });
  }

  async signOut(identity: Identity): Promise<Result<void>> {
    const ended = await this.#sessions.end(
      (session) => `session:${session.id}` === identity.credential, "signed out");
    this.#revokeSessions(ended);
    return ended.length > 0 ? done
      : fail("precondition", "Only a session can be signed out; a token is revoked.");
  }

  listUsers(): readonly UserView[] {
    return this.#users.list();
  }

  isUser(name: string): boolean {
    return this.#users.get(userName(name)) !== undefined;
  }

  createUser(name: string, password: string, role: Role): Promise<Result<UserView>> {
    return this.#inTurn(async () => {
      const named = checkUserName(name);
      if (!named.ok) return named;
      if (this.#users.get(name) !== undefined) {
        return fail("already-exists", `There is a user ${name} already.`);
      }
      const good = checkPassword(password, this.#guessedWords(name));
      if (!good.ok) return good;
      return this.#make(name, password, role, this.#givenMustChange);
    });
  }

  updateUser(name: string, change: { readonly role?: Role | undefined;
    readonly disabled?: boolean | undefined }): Promise<Result<UserView>> {
    return this.#inTurn(async () => {
      const changed = await this.#users.change(userName(name), {
        ...(change.role === undefined ? {} : { role: change.role }),
        ...(change.disabled === undefined ? {} : { disabled: change.disabled }) });
      if (!changed.ok) return changed;
      await this.#endUser(changed.value.name, "the user was changed", undefined);
      return ok(userView(changed.value));
    });
  }

  deleteUser(name: string): Promise<Result<void>> {
    return this.#inTurn(async () => {
      const removed = await this.#users.remove(userName(name));
      if (!removed.ok) return removed;
      this.#limit.moved(userName(name));
      await this.#endUser(userName(name), "the user was deleted", undefined);
      return done;
    });
  }

  async setPassword(
    by: Identity, change: PasswordChange, source: string,
  ): Promise<Result<void>> {
    const name = change.name === "" ? by.name : userName(change.name);
    const own = name === by.name && by.method === "password";
    if (!own && by.role !== "admin") {
      return fail("permission-denied", "Setting another user's password needs the role admin.");
    }
    if (!own && by.mustChangePassword) {
      return fail("permission-denied", `${by.name} must choose a new password first.`);
    }
    const user = this.#users.get(name);
    if (user === undefined) return fail("not-found", `There is no user ${name}.`);
    if (own) {
      const proved = await this.#proveOwn(user, change, source);
      if (!proved.ok) return proved;
    }
    const good = checkPassword(change.newPassword, this.#guessedWords(name), "new_password");
    if (!good.ok) return good;
    const hash = await this.#signIn.hash(change.newPassword);
    if (!hash.ok) return hash;
    return this.#inTurn(async () => {
      const changed = await this.#users.change(name, { hash: hash.value,
        mustChangePassword: own ? false : this.#givenMustChange });
      if (!changed.ok) return changed;
      await this.#limit.reset(name);
      this.#signIn.clear(name);
      await this.#endUser(name, "the password was changed", own ? by.credential : undefined);
      return done;
    });
  }

  listTokens(): readonly TokenView[] {
    return this.#tokens.list();
  }

  createToken(by: Identity, name: string, role: Role, expiresAtMs: number | undefined):
    Promise<Result<{ readonly token: TokenView; readonly secret: string }>> {
    return this.#inTurn(async () => includes(by.role, role)
      ? this.#tokens.create(name, role, expiresAtMs, by.name)
      : fail("permission-denied", `A token of the role ${role} needs that role.`));
  }

  revokeToken(id: string): Promise<Result<void>> {
    return this.#inTurn(async () => {
      const revoked = await this.#tokens.revoke(id);
      if (revoked.ok) this.#revocations.revoke(`token:${id}`, "the token was revoked");
      return revoked;
    });
  }

  issueCertificate(by: Identity, requestPem: string, role: Role, validDays: number):
    Promise<Result<{ readonly certificatePem: string; readonly authorityPem: string }>> {
    return this.#inTurn(async () => {
      const issuer = this.#options.issuer;
      if (issuer === undefined) {
        return fail("precondition", "This gateway has no authority of its own.");
      }
      if (!includes(by.role, role)) {
        return fail("permission-denied", `A certificate of the role ${role} needs that role.`);
      }
      if (this.#certificates.full) {
        return fail("precondition", "There are too many certificates: wait for some to end.");
      }
      const issued = await issuer.issueClientCertificate(requestPem, validDays);
      if (!issued.ok) return issued;
      const { certificatePem, authorityPem, serial, name, fingerprint, expiresAtMs } = issued.value;
      const added = await this.#certificates.add({ serial: plainSerial(serial), name, role,
        expiresAtMs, fingerprint: plainFingerprint(fingerprint), revoked: false,
        issuedAtMs: this.#world.clock.wall().getTime() });
      return added.ok ? ok({ certificatePem, authorityPem }) : added;
    });
  }

  listCertificates(): readonly ClientCertificate[] {
    return this.#certificates.list();
  }

  revokeCertificate(serialHex: string): Promise<Result<void>> {
    return this.#inTurn(async () => {
      const revoked = await this.#certificates.revoke(serialHex);
      if (!revoked.ok) return revoked;
      this.#revocations.revoke(`certificate:${revoked.value.serial}`,
        "the certificate was revoked");
      return done;
    });
  }

  get #givenMustChange(): boolean {
    return this.#options.givenPasswordsMustChange ?? true;
  }

  #guessedWords(name: string): readonly string[] {
    return [name, this.#options.unitName ?? ""];
  }

  async #make(name: string, password: string, role: Role, mustChangePassword: boolean):
    Promise<Result<UserView>> {
    const hash = await this.#signIn.hash(password);
    if (!hash.ok) return hash;
    const user: User = { name, role, disabled: false, mustChangePassword, hash: hash.value,
      createdAtMs: this.#world.clock.wall().getTime() };
    const created = await this.#users.create(user);
    if (!created.ok) return created;
    if (this.#users.count === 1) await this.#pepperGood();
    this.#limit.moved(name);
    return ok(userView(user));
  }

  async #proveOwn(user: User, change: PasswordChange, source: string): Promise<Result<void>> {
    const refuse = (path: string, message: string): Result<void> =>
      fail("argument-invalid", message, { fields: [{ path, message }] });
    const evaluated = await this.#signIn.evaluate(
      user.name, user, change.currentPassword, source);
    if (!evaluated.ok) {
      return evaluated.fault.code === "unauthenticated"
        ? refuse("current_password", "The current password is wrong.") : evaluated;
    }
    return change.newPassword.normalize("NFKC") === change.currentPassword.normalize("NFKC")
      ? refuse("new_password", "The new password is the old one.") : done;
  }

  async #pepperGood(): Promise<void> {
    await this.#pepper.confirm();
    if (this.#health.status === "degraded") this.#health = { status: "ok" };
  }

  async #endUser(name: string, reason: string, except: string | undefined): Promise<void> {
    this.#revokeSessions(await this.#sessions.end((session) =>
      session.user === name && `session:${session.id}` !== except, reason));
    this.#revocations.revoke(`user:${name}`, reason);
  }

  #revokeSessions(ended: readonly EndedSession[]): void {
    for (const session of ended) {
      this.#world.log.event("access.session.end",
        { user: session.user, session: session.id, reason: session.reason });
      this.#revocations.revoke(`session:${session.id}`, session.reason);
    }
  }

  /** Changes run one after the other: the last admin must not vanish between check and write. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(run);
    this.#turn = mine.then(() => undefined, () => undefined);
    return mine;
  }

  #scheduleSweep(): void {
    this.#sweeping = this.#world.clock.after(sweepMs, "access.sweep", () => {
      this.#scheduleSweep();
      void this.#inTurn(() => this.#sweep());
    });
  }

  async #sweep(): Promise<void> {
    this.#revokeSessions(await this.#sessions.sweep(
      (id) => this.#revocations.watched(`session:${id}`)));
    for (const id of await this.#tokens.sweep()) {
      this.#revocations.revoke(`token:${id}`, "the token has ended");
    }
    for (const one of await this.#certificates.sweep()) {
      this.#revocations.revoke(`certificate:${one.serial}`, "the certificate has ended");
    }
    await this.#limit.sweep();
    this.#signIn.sweep();
  }
}
