/** From a credential to an identity. */

import { fail, ok } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { Credentials, PeerCertificate } from "./access.js";
import { tokenPrefix } from "./bearer.js";
import type { Certificates } from "./certificates.js";
import { includes, roles } from "./roles.js";
import type { Identity, Role } from "./roles.js";
import type { Sessions } from "./sessions.js";
import type { Tokens } from "./tokens.js";
import { userName } from "./users.js";
import type { User, Users } from "./users.js";

interface Tables {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly certificates: Certificates;
}

/** Fault `unauthenticated`. */
export function identify({ bearer, certificate }: Credentials, tables: Tables): Result<Identity> {
  if (bearer !== undefined && bearer !== "") return byBearer(bearer, tables);
  if (certificate !== undefined) return byCertificate(certificate, tables);
  return fail("unauthenticated", "This call carries no credential.");
}

function byBearer(bearer: string, { users, sessions, tokens }: Tables): Result<Identity> {
  if (bearer.startsWith(tokenPrefix)) {
    const token = tokens.use(bearer);
    if (token === undefined) return fail("unauthenticated", "The token is not valid any more.");
    return ok({ name: token.name, roles: rolesUpTo(token.role), role: token.role,
      method: "token", mustChangePassword: false, credential: `token:${token.id}` });
  }
  const session = sessions.use(bearer);
  const user = session === undefined ? undefined : users.get(session.user);
  if (session === undefined || user === undefined || user.disabled) {
    return fail("unauthenticated", "The session has ended: sign in again.");
  }
  return ok(userIdentity(user, "password", `session:${session.id}`));
}

/**
 * A certificate of another authority signs in as the user that it names. One of ours never
 * does, whatever a server says of it: its name was the caller's choice, its role was not.
 */
function byCertificate(
  peer: PeerCertificate, { users, certificates }: Tables,
): Result<Identity> {
  const own = peer.authorizedByOwnCa
    || certificates.issued(peer.serialHex, peer.fingerprint);
  if (!own) {
    const user = users.get(userName(peer.commonName));
    if (user === undefined || user.disabled) {
      return fail("unauthenticated",
        `The certificate names ${peer.commonName}, who is no user of this gateway.`);
    }
    return ok({ ...userIdentity(user, "certificate", `user:${user.name}`),
      mustChangePassword: false });
  }
  const one = certificates.use(peer.serialHex, peer.fingerprint);
  if (one === undefined) {
    return fail("unauthenticated", "The client certificate is unknown, revoked or has ended.");
  }
  return ok({ name: one.name, roles: rolesUpTo(one.role), role: one.role, method: "certificate",
    mustChangePassword: false, credential: `certificate:${one.serial}` });
}

function rolesUpTo(role: Role): readonly Role[] {
  return roles.filter((one) => includes(role, one));
}

export function userIdentity(
  user: User, method: "password" | "certificate", credential: string,
): Identity {
  return { name: user.name, roles: rolesUpTo(user.role), role: user.role, method,
    mustChangePassword: user.mustChangePassword, credential };
}
