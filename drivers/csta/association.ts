/** Opening the association (ACSE, X.227) or the application session (ECMA-354). */

import type { FaultCode } from "../../firmware/base/faults.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { AssociationRefusal, AssociationRequest, CstaMessage }
  from "../../firmware/wire/csta/message.js";
import type { Dialect } from "./dialects.js";
import type { Greeting } from "./greeting.js";
import type { Invocations } from "./invocations.js";
import { cleanupSeconds } from "./kept-sessions.js";
import { timers } from "./timers.js";

export interface Credentials {
  readonly user?: string;
  /** A reference, never the secret itself. */
  readonly secret?: string;
  readonly applicationID?: string;
}

export interface Associated {
  readonly sessionID?: string;
  readonly durationSeconds?: number;
  readonly product?: string;
  readonly version?: string;
  /** What the PBX says that it offers, and what it does not (phases I and II). */
  readonly functions?: { readonly has: readonly string[]; readonly lacks: readonly string[] };
}

export interface AssociationPlan {
  readonly dialect: Dialect;
  readonly credentials: Credentials;
  readonly greeting: Greeting;
  readonly invocations: Invocations;
  /** The session to go on with. */
  readonly sessionID: string | undefined;
  secret(reference: string): Result<string>;
  send(message: CstaMessage): void;
}

/** Faults: `link-login-refused`, `protocol-violation`, `queue-full`, and those of the wait. */
export async function associate(plan: AssociationPlan): Promise<Result<Associated>> {
  const { dialect, greeting, invocations } = plan;
  if (dialect.association === "none") return ok({});
  const request = requestOf(plan);
  if (!request.ok) return request;
  const answer = dialect.association === "acse"
    ? await greeting.associate(() => { plan.send({ kind: "associate", ...request.value }); })
    : await invocations.ask("StartApplicationSession", timers.login.ms, (invokeID) =>
      ({ kind: "associate", invokeID, ...request.value }));
  if (!answer.ok) return answer;
  const { value } = answer;
  if (value.kind === "association-refused") return refused(plan, value.reason);
  if (value.kind !== "associated") {
    return fail("protocol-violation", `The PBX answers the association with ${value.kind}.`);
  }
  const { sessionID, duration, product, version, functions } = value;
  return ok({
    ...(sessionID === undefined ? {} : { sessionID }),
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...(product === undefined ? {} : { product }),
    ...(version === undefined ? {} : { version }),
    ...(functions === undefined ? {} : { functions }),
  });
}

function requestOf({ dialect, credentials, sessionID, secret }: AssociationPlan):
Result<AssociationRequest> {
  const { user, applicationID } = credentials;
  const password = credentials.secret === undefined ? undefined : secret(credentials.secret);
  if (password?.ok === false) return password;
  return ok({
    versions: dialect.versions,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password: password.value }),
    ...(dialect.association !== "session" ? {} : {
      duration: timers.session.ms / 1_000,
      cleanupDelay: cleanupSeconds,
      ...(sessionID === undefined ? {} : { sessionID }),
      ...(applicationID === undefined ? {} : { applicationID }),
    }),
  });
}

const codes: Readonly<Record<AssociationRefusal, FaultCode>> = {
  "authentication-failed": "link-login-refused",
  "authentication-required": "link-login-refused",
  "version-not-supported": "protocol-violation", "context-not-supported": "protocol-violation",
  "resources-busy": "queue-full", "other": "link-login-refused",
};

function refused({ credentials }: AssociationPlan, reason: AssociationRefusal): Result<never> {
  const user = credentials.user ?? "";
  switch (reason) {
    case "authentication-failed": return fail(codes[reason], {
      en: `The PBX refused the user "${user}" or the secret.`,
      fr: `Le PBX refuse l'utilisateur « ${user} » ou le secret.` });
    case "authentication-required": return fail(codes[reason], {
      en: "The PBX wants a user and a secret: set the options `user` and `secret`.",
      fr: "Le PBX exige un utilisateur et un secret : options `user` et `secret`." });
    case "version-not-supported": case "context-not-supported": return fail(codes[reason], {
      en: "The PBX speaks another version of CSTA: check the options `pbx` and `phase`.",
      fr: "Le PBX parle une autre version de CSTA : vérifiez les options `pbx` et `phase`." });
    case "resources-busy": return fail(codes[reason], {
      en: "The PBX has no CSTA session left: another application holds it.",
      fr: "Le PBX n'a plus de session CSTA libre : une autre application l'occupe." });
    case "other": return fail(codes[reason], {
      en: "The PBX refused the association without a reason: check user, secret and licence.",
      fr: "Le PBX refuse l'association sans raison : vérifiez utilisateur, secret, licence." });
  }
}
