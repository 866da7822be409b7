/**
 * Who an application is: by user and password, by API token as the password, by client
 * certificate, or, where the configuration says so, by its address. The same identities and the
 * same limits as everywhere else.
 */

import { isIP, BlockList } from "node:net";
import { fail, ok, type Result } from "../../base/result.js";
import type { CstaConfig } from "../../config/schema.js";
import type { PeerCertificate } from "../access/access.js";
import { tokenPrefix } from "../access/bearer.js";
import { includes, roles, type Identity, type Role } from "../access/roles.js";
import type { AccessView } from "../api/access-view.js";
import { applicationOf, Rights, type ApplicationConfig } from "./rights.js";

export interface Claim {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly certificate: PeerCertificate | undefined;
  /** Without port: 192.0.2.9. */
  readonly address: string;
  readonly source: string;
}

export interface Admitted {
  readonly identity: Identity;
  readonly rights: Rights;
}

export async function admit(
  access: AccessView, config: CstaConfig, claim: Claim,
): Promise<Result<Admitted>> {
  const known = await identityOf(access, config, claim);
  if (!known.ok) return known;
  const identity = known.value;
  if (identity.mustChangePassword) {
    return fail("permission-denied", `${identity.name} must choose a new password first.`);
  }
  const application = applicationOf(config, identity.name);
  if (application === undefined) {
    return fail("permission-denied", `${identity.name} is none of the applications of this server`);
  }
  return ok({ identity, rights: new Rights(identity, application) });
}

function identityOf(
  access: AccessView, config: CstaConfig, claim: Claim,
): Promise<Result<Identity>> | Result<Identity> {
  const { password, certificate, source } = claim;
  const user = claim.user === "" ? undefined : claim.user;
  if (password?.startsWith(tokenPrefix) === true) {
    return access.authenticate({ bearer: password, source });
  }
  // Before the password: some applications have one built in (HiPath's 77777).
  const row = rowOf(config, user, claim.address);
  if (user !== undefined && row !== undefined) return byAddress(access, row);
  if (user !== undefined && password !== undefined && password !== "") {
    return byPassword(access, user, password, source);
  }
  if (certificate !== undefined) return access.authenticate({ certificate, source });
  return row === undefined ? fail("unauthenticated", "A user and a password are needed.")
    : byAddress(access, row);
}

/**
 * What an application holds is its association, for as long as it lasts: not a session that ends
 * after hours. It ends with the user, as a user's certificate does.
 */
async function byPassword(
  access: AccessView, user: string, password: string, source: string,
): Promise<Result<Identity>> {
  const signedIn = await access.signIn(user, password, source);
  if (!signedIn.ok) return signedIn;
  const { identity } = signedIn.value;
  await access.signOut(identity);
  return ok({ ...identity, credential: `user:${identity.name}` });
}

function rowOf(
  { applications }: CstaConfig, user: string | undefined, address: string,
): ApplicationConfig | undefined {
  return applications.find((each) => each.from !== undefined && within(each.from, address)
    && (user === undefined || user.toLowerCase() === each.user.toLowerCase()));
}

function byAddress(access: AccessView, row: ApplicationConfig): Result<Identity> {
  const person = access.listUsers().find(({ name }) => name === row.user.toLowerCase());
  if (person !== undefined && !person.disabled) {
    return ok(identified(person.name, person.role, `user:${person.name}`));
  }
  const token = access.listTokens().find(({ name }) => name === row.user);
  return token === undefined
    ? fail("unauthenticated", `${row.user} is no user of this gateway and no token`)
    : ok(identified(token.name, token.role, `token:${token.id}`));
}

function identified(name: string, role: Role, credential: string): Identity {
  return { name, role, roles: roles.filter((one) => includes(role, one)), method: "address",
    mustChangePassword: false, credential };
}

function within(networks: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base = "", bits] = network.split("/");
    const family = isIP(base) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(base, bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits),
      family);
  }
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
